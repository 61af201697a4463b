"""The days of a table's rows, read in the light of the row above [日付].

>>> from motocho.claims.reading.noted import Noted
>>> days = DayReader(Noted())
>>> days.of("H13.12.20", 2), days.of("1/5", 3), days.of("平成14年2月5日", 4)
(datetime.date(2001, 12, 20), datetime.date(2002, 1, 5), datetime.date(2002, 2, 5))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from motocho.claims.reading.cells import Sheet, Value, text_of
from motocho.claims.reading.columns import Layout
from motocho.claims.reading.looks import looks_like_day, looks_like_serial, serial_of
from motocho.claims.reading.noted import Noted
from motocho.claims.reading.words import Role
from motocho.units.days import (
    DATE_EMPTY,
    DateRead,
    Epoch,
    Era,
    both_calendars_text,
    excel_serial_date,
    read_date,
)
from motocho.units.errors import Fault, Unread, clipped

TWO_DIGIT_YEAR = "DAT-015"
"""Code of a day whose year has two digits and no era."""
NO_DATE = "DAT-002"
"""Code of text that is nothing like a day."""
_SAMPLE_ROWS = 400
_NEAR_DAYS = 731
_SERIAL = "DAT-018"
_ERAS = tuple(Era)


class DayReader:
    """Reads the day of each row; a short date leans on the row above [日付の読み取り]."""

    def __init__(self, noted: Noted) -> None:
        self.after: date | None = None
        self._noted = noted
        self._era: Era | None = None
        self._epoch = Epoch.YEAR_1900
        self._serials = False
        self._column: int | None = None
        self._split: tuple[int, int, int] | None = None
        self._name = ""

    def look_at(self, sheet: Sheet, layout: Layout) -> None:
        """Turn to a sheet: whether its days are kept as numbers, and which era its head names."""
        columns = layout.columns
        self._epoch = sheet.epoch
        self._column = columns.get(Role.DATE)
        self._split = None
        if self._column is None:
            self._split = (columns[Role.YEAR], columns[Role.MONTH], columns[Role.DAY])
            return
        self._name = layout.name(Role.DATE)
        cells = [
            row.cells[self._column]
            for row in sheet.rows[layout.data_from : layout.data_from + _SAMPLE_ROWS]
            if self._column < len(row.cells)
        ]
        serials = sum(map(looks_like_serial, cells))
        self._serials = serials > sum(map(looks_like_day, cells))
        named = [era for era in _ERAS if era.value in layout.headings.get(self._column, "")]
        if len(named) == 1:
            self._era = named[0]

    def read(
        self, cells: Sequence[Value], number: int, column: int | None = None
    ) -> date | Unread | None:
        """The day of a row; None where there is none [行の日付]."""
        if column is None:
            column = self._column
        value = self._joined(cells) if column is None else cells[column]
        return self.of(value, number)

    def of(self, value: Value, number: int) -> date | Unread | None:
        """The day of one cell [セルの日付]."""
        if isinstance(value, str):
            if not value:
                return None
            read = read_date(_padded(value), era=self._era, after=self.after)
        elif isinstance(value, date):
            self.after = value
            return value
        else:
            read = read_date(text_of(value), era=self._era, after=self.after)
        if self._era is not None:
            read = self._in_nearest_era(read, text_of(value))
        if isinstance(read, DateRead):
            if read.era is not None:
                self._era = read.era
            self.after = read.on
            return read.on
        return self._unread(read, value, number)

    def _unread(self, unread: Unread, value: Value, number: int) -> date | Unread | None:
        if unread.code == DATE_EMPTY:
            return None
        serial = serial_of(value)
        if serial is not None:
            on = excel_serial_date(serial, self._epoch)
            if isinstance(on, Unread):
                return on
            if self._serials:
                details = {"meant": both_calendars_text(on)}
                shown = clipped(text_of(value))
                place = partial(Fault, "TAB-067", line=number, column=self._name)
                self._noted.once(place(excerpt=shown, details=details))
                self.after = on
                return on
            meant = {"meant": both_calendars_text(on)}
            return Unread(_SERIAL, text_of(value), meant, on.isoformat())
        return unread

    def _in_nearest_era(self, read: DateRead | Unread, text: str) -> DateRead | Unread:
        """A year without its era after the turn of an era: 1.1.10 under S63.12.28 is 平成."""
        if self.after is None or self._era is None or self._is_near(read):
            return read
        if any(sign.isalpha() and sign not in "年月日元" for sign in text):
            return read
        for era in _ERAS[_ERAS.index(self._era) + 1 :]:
            later = read_date(text, era=era, after=self.after)
            if self._is_near(later):
                return later
        return read

    def _is_near(self, read: DateRead | Unread) -> bool:
        if isinstance(read, Unread) or self.after is None:
            return False
        return read.era is None or abs((read.on - self.after).days) < _NEAR_DAYS

    def _joined(self, cells: Sequence[Value]) -> str:
        """Year, month and day of three columns as one text; what is left out stays left out."""
        if self._split is None:
            return ""
        year, month, day = (text_of(cells[column]).strip(" 年月日") for column in self._split)
        return "/".join(part for part in (year, month, day) if part)


_WESTERN_DIGITS = 4


def _padded(text: str) -> str:
    """`2001/1/5` as `2001-01-05`, which is read ten times faster; other text as it is."""
    year, _, rest = text.partition("/")
    month, _, day = rest.partition("/")
    if len(year) == _WESTERN_DIGITS and len(month) <= 2 and (year + month + day).isdigit():
        return f"{year}-{month:0>2}-{day:0>2}"
    return text
