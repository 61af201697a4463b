"""The columns of a book: which lines come in, which go out [一括計算の列].

In: one line an event, the lines of an agreement together. Out: one line an agreement. Columns are
Arrow's, so that a file, another process and another program see the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from motocho.claims.history import DEFAULT_CONTRACT
from motocho.kernel.conventions import EventKind
from motocho.kernel.recalculation import NO_RATE
from motocho.office.portfolio import _folding as folding
from motocho.units.errors import Fault

AGREEMENT, PRODUCT, CONTRACT = "agreement_id", "product", "contract"
KINDS: Mapping[str, int] = {
    **{kind.public_name: int(kind) for kind in EventKind},
    "rate": folding.RATE_LINE,
    "delay": folding.DELAY_LINE,
}
"""What `kind` may say. `rate`: an agreed rate from a day, that day charged; `delay`: days from `on`
to `until_on`, both charged, that bear damages."""
REQUIRED = (AGREEMENT, "on", "kind", "amount_yen")
OPTIONAL = (PRODUCT, CONTRACT, "rate_ppm", "carried_interest_yen", "arose_on", "until_on")
_DAYS = ("on", "arose_on", "until_on")
_NUMBERS = ("amount_yen", "rate_ppm", "carried_interest_yen")
_TEXTS = ("kind", PRODUCT, CONTRACT)
NO_TEXT = ""
NO_NUMBER = -(2**63)

FOUND = pa.schema(
    [
        (AGREEMENT, pa.string()),
        (PRODUCT, pa.string()),
        ("first_on", pa.date32()),
        ("last_dealt_on", pa.date32()),
        ("outstanding_principal_yen", pa.int64()),
        ("unpaid_interest_yen", pa.int64()),
        ("overpayment_yen", pa.int64()),
        ("overpayment_interest_yen", pa.int64()),
        ("claim_yen", pa.int64()),
        ("first_overpaid_on", pa.date32()),
        ("ceiling_ppm", pa.int32()),
        ("barred_after_on", pa.date32()),
    ]
)
"""One line an agreement; with numbers as `agreement_id` that column is of 64-bit numbers."""
FAULTS = pa.schema(
    [
        (AGREEMENT, pa.string()),
        *((name, pa.string()) for name in ("code", "column", "excerpt")),
        ("row", pa.int64()),
        *((name, pa.string()) for name in ("what_ja", "fix_ja", "what_en", "fix_en")),
    ]
)
"""One line a fault; `row` counts the agreement's own lines from 1."""


class Schemas(NamedTuple):
    """The columns out [出力の列]."""

    found: pa.Schema
    faults: pa.Schema


def schemas(name: pa.DataType) -> Schemas:
    """The columns out for agreements named by numbers or by texts [出力の列]."""
    named = pa.field(AGREEMENT, name)
    return Schemas(FOUND.set(0, named), FAULTS.set(0, named))


def faults_of(schema: pa.Schema, file: str) -> list[Fault]:
    """What keeps a file's columns from being read [列の確認]."""
    faults = [
        Fault("PFO-002", file=file, column=name, details={"known": ", ".join(REQUIRED)})
        for name in REQUIRED
        if name not in schema.names
    ]
    for name in (*REQUIRED, *OPTIONAL):
        count = schema.names.count(name)
        if count > 1:
            faults.append(Fault("PFO-003", file=file, column=name, excerpt=f"{name} x {count}"))
        elif count == 1 and not _is_readable(name, schema.field(name).type):
            seen = str(schema.field(name).type)
            faults.append(Fault("PFO-003", file=file, column=name, excerpt=seen))
    return faults


def _is_readable(name: str, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if name in _TEXTS:
        return bool(is_text)
    if name in _DAYS:
        is_moment = pa.types.is_timestamp(kind) and kind.tz is None
        return bool(pa.types.is_date(kind) or is_moment)
    is_whole = pa.types.is_integer(kind) and kind != pa.uint64()
    return bool(is_whole or (is_text and name == AGREEMENT))


def type_of(name: str, seen: pa.DataType) -> pa.DataType:
    """The type that a column of lines has with us [列の型]."""
    if name in _DAYS:
        return pa.date32()
    is_text = name in _TEXTS or (name == AGREEMENT and not pa.types.is_integer(seen))
    return pa.string() if is_text else pa.int64()


def is_numbered(schema: pa.Schema) -> bool:
    """Whether agreements are named by numbers [番号の契約]."""
    return bool(pa.types.is_integer(schema.field(AGREEMENT).type))


def read_columns(schema: pa.Schema) -> list[str]:
    """The columns of a file that are read, in our order [読む列]."""
    return [name for name in (*REQUIRED, *OPTIONAL) if name in schema.names]


def ignored_columns(schema: pa.Schema) -> list[str]:
    """The columns of a file that say nothing to us [読まない列]."""
    return [name for name in schema.names if name not in (*REQUIRED, *OPTIONAL)]


class Block(NamedTuple):
    """Whole agreements as columns: their names, products, lines [契約の束]."""

    names: pa.Array
    products: pa.Array
    contracts: Sequence[str]
    lines: folding.Lines


def ids_of(lines: pa.RecordBatch) -> pa.Array:
    """What names the agreement of each line: 64-bit numbers, or texts as a dictionary [契約番号].

    A line without a name has the name NO_NUMBER, or NO_TEXT.
    """
    ids = lines.column(AGREEMENT)
    if pa.types.is_integer(ids.type):
        ids = ids.cast(pa.int64())
        return pc.fill_null(ids, NO_NUMBER) if ids.null_count else ids
    return _dictionary(ids)


def nameless(names: pa.Array) -> Any:
    """The places of agreements whose lines have no name [番号のない契約]."""
    missing = NO_NUMBER if pa.types.is_integer(names.type) else NO_TEXT
    return np.flatnonzero(pc.equal(names, missing).to_numpy(zero_copy_only=False))


def starts_of(ids: pa.Array) -> Any:
    """Where in a column of names another one begins, the first line included [契約の境]."""
    codes = ids.indices if pa.types.is_dictionary(ids.type) else ids
    numbers = codes.to_numpy()
    if not len(numbers):
        return np.zeros(0, dtype=np.int64)
    changes = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
    return np.concatenate((np.zeros(1, dtype=np.int64), changes))


def block_of(lines: pa.RecordBatch) -> Block:
    """Lines of whole agreements as a block [束の組立て]."""
    ids = ids_of(lines)
    starts = starts_of(ids)
    names = ids.take(pa.array(starts))
    if pa.types.is_dictionary(names.type):
        names = names.dictionary_decode().cast(pa.string())
    kinds = _dictionary(lines.column("kind"))
    contracts = _optional_text(lines, CONTRACT, DEFAULT_CONTRACT)
    count = np.int64(lines.num_rows)
    columns = folding.Lines(
        starts=np.concatenate((starts, [count])),
        kind_at=kinds.indices.to_numpy(),
        kind_of=np.array(
            [KINDS.get(text, folding.UNKNOWN) for text in kinds.dictionary.to_pylist()] or [-1],
            dtype=np.int8,
        ),
        on=_days(lines, "on"),
        amount_yen=_numbers(lines, "amount_yen", pa.int64()),
        rate_ppm=_numbers(lines, "rate_ppm", pa.int64()),
        contract_at=np.zeros(0, np.int32) if contracts is None else contracts.indices.to_numpy(),
        carried_interest_yen=_numbers(lines, "carried_interest_yen", pa.int64()),
        arose_on=_days(lines, "arose_on"),
        until_on=_days(lines, "until_on"),
    )
    return Block(
        names,
        _products(lines, starts),
        () if contracts is None else contracts.dictionary.to_pylist(),
        folding.Lines(*map(_frozen, columns)),
    )


def _dictionary(texts: pa.Array) -> pa.DictionaryArray:
    """Texts as places in a dictionary of 32 bits; what is left out is the empty text."""
    if not pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_encode()
    if texts.null_count or texts.indices.type != pa.int32():
        plain = pc.fill_null(texts.dictionary_decode().cast(pa.string()), NO_TEXT)
        texts = plain.dictionary_encode()
    return texts


def _optional_text(lines: pa.RecordBatch, name: str, instead: str) -> pa.DictionaryArray | None:
    if name not in lines.schema.names:
        return None
    texts = lines.column(name)
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    return pc.fill_null(texts.cast(pa.string()), instead).dictionary_encode()


def _products(lines: pa.RecordBatch, starts: Any) -> pa.Array:
    """The product of each agreement: that of its first line."""
    if PRODUCT not in lines.schema.names:
        return pa.array([NO_TEXT] * len(starts), pa.string())
    products = lines.column(PRODUCT).take(pa.array(starts))
    if pa.types.is_dictionary(products.type):
        products = products.dictionary_decode()
    return pc.fill_null(products.cast(pa.string()), NO_TEXT)


def _numbers(lines: pa.RecordBatch, name: str, kind: pa.DataType) -> Any:
    """A column of numbers; what is left out is -1, as what is below it."""
    if name not in lines.schema.names:
        return np.zeros(0, np.int64)
    values = lines.column(name).cast(kind)
    if values.null_count:
        values = pc.fill_null(values, NO_RATE)
    return values.to_numpy()


def _days(lines: pa.RecordBatch, name: str) -> Any:
    if name not in lines.schema.names:
        return np.zeros(0, np.int32)
    values = lines.column(name).cast(pa.date32(), safe=False).view(pa.int32())
    if values.null_count:
        values = pc.fill_null(values, folding.NULL_DAY)
    return values.to_numpy()


def _frozen(column: Any) -> Any:
    """The column unchangeable: compiled code must see one sort of array."""
    column.flags.writeable = False
    return column
