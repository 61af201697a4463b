"""Signs of another tongue's script as the Japanese ones they stand for [字体].

The engine that recognises text was taught Chinese, too: a blurred 額 comes out as 额. Only signs
that no Japanese paper has are changed, and only those that histories are written with.
"""

from __future__ import annotations

_OTHERS = (
    "额額贷貸还還务務债債权権银銀账帳费費终終约約结結转転现現收収发発认認证証订訂页頁处処类類选選总総计計记記户戸开開关関间間时時业業单単应応对対变変减減后後过過达達"
    "运運进進违違连連迟遅邮郵钱銭错錯门門头頭马馬营営员員资資负負质質购購贩販预預领領题題财財货貨责責贮貯协協续続线線级級细細组組织織维維编編纳納给給绝絶统統继継网網"
    "师師带帯库庫归帰录録惯慣战戦择択护護据拠损損换換摄摂敛斂无無气気决決况況济済满満灭滅爱愛环環产産访訪设設许許评評识識诉訴诊診词詞试試话話询詢该該详詳误誤说説请請"
    "诸諸读読调調谢謝译訳议議让譲轻軽载載较較输輸边辺适適释釈铁鉄键鍵长長问問闭閉阅閲队隊阳陽阶階际際陆陸险険难難顺順须須项項颜顔风風飞飛饮飲馆館验験黑黒齐斉"
)
_TABLE = str.maketrans(dict(zip(_OTHERS[::2], _OTHERS[1::2], strict=True)))


def japanese(words: str) -> str:
    """A recognised text in the signs of a Japanese paper [字体の統一].

    >>> japanese("金额"), japanese("贷付残高")
    ('金額', '貸付残高')
    """
    return words.translate(_TABLE)
