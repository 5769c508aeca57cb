"""Write what the on-screen pinyin keyboard knows: `web/src/kit/keys/pinyin.txt`.

    pip download jieba==0.42.1 --no-deps && tar xf jieba-0.42.1.tar.gz
    python scripts/pinyin_table.py jieba-0.42.1/jieba/dict.txt > web/src/kit/keys/pinyin.txt

How often a word is used comes from jieba's dictionary, how it is read from pypinyin. The table has two
parts, apart by an empty line: for each syllable its characters, the most used first, a star after one that is
mostly read otherwise; then all words of two characters and more and the most used single characters, the most
used first, with the reading after a slash where it is not that of its characters by themselves.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pypinyin import Style, lazy_pinyin, pinyin

WORDS_MAX = 45_000
"""More words are more to load than to find: what is missing is put together of shorter ones."""
LENGTH_MAX = 5
SURNAME_WEIGHT = 3_000
"""What a reading that only a surname has counts for: behind the ten or so most used, before the rest."""
BANK_WEIGHT = 500
PLACE_FREQUENCY_MIN = 20
IN_WORDS = 0.2
"""A character that is seen in a word counts for less than one by itself: the word is what would be typed."""
FIRST, LAST = 0x4E00, 0x9FA5
SYLLABLE = re.compile(r"[a-z]*[aeiouv][a-z]*")
UNKNOWN_SYLLABLES = {"hng", "fiao", "biang", "cei", "kei", "rua", "eng", "lo", "yo", "o"}
SURNAMES = [
    "仇qiu", "单shan", "查zha", "解xie", "区ou", "曾zeng", "盖ge", "朴piao", "翟zhai", "尉yu", "缪miao",
    "乐yue", "种chong", "秘bi", "折she", "员yun", "覃qin", "冼xian", "召shao", "黑he", "繁po", "万mo",
    "令ling", "洗xian", "能nai", "臧zang", "晁chao", "郗xi",
]  # fmt: skip
BANKING = [
    "借记卡", "信用卡", "储蓄卡", "银行卡", "存折", "存单", "网银", "网上银行", "手机银行", "电子银行",
    "大堂经理", "客户经理", "柜员", "理财", "转账", "汇款", "挂失", "解挂", "销户", "开户", "密码",
    "重置", "激活", "余额", "流水", "明细", "账单", "对账单", "工资", "房租", "房贷", "车贷", "学费",
    "生活费", "装修款", "货款", "还款", "借款", "急用", "备用", "备注", "用途", "往来款", "定金",
    "押金", "物业费", "水费", "电费", "燃气费", "话费", "保险费", "社保", "医保", "公积金", "零花钱",
    "压岁钱", "红包", "看病", "住院", "旅游", "购房", "购车", "缴费", "身份证", "户口本", "护照",
    "港澳", "台胞证", "居住证", "代办", "监护人", "联系人", "手机号", "开户行", "支行", "分行", "总行",
    "号楼", "单元", "小区", "门牌号", "街道", "大道", "胡同", "社区", "镇", "乡", "村", "组", "栋",
    "幢", "室", "层", "付款", "收款", "到账", "退款", "手续费", "汇率", "外币", "美元", "港币",
    "欧元", "日元", "人民币", "现金", "支票", "汇票", "本票", "定期", "活期", "利息", "利率", "本金",
    "到期", "转存", "支取", "预约", "取号", "排队",
]  # fmt: skip
UNFIT = {
    "他妈的",
    "妈的",
    "婊子",
    "妓女",
    "傻逼",
    "王八蛋",
    "混蛋",
    "狗日的",
    "嫖娼",
    "嫖客",
    "卖淫",
    "强奸",
    "做爱",
    "性交",
    "女尸",
}
"""Words that a bank's screen does not offer; whoever means one can put it together."""
HEAD = """# Written by scripts/pinyin_table.py; licences in LICENCES.txt. Word frequencies: jieba, Copyright (c) 2013 Sun Junyi, MIT licence.
# Readings: pypinyin, Copyright (c) 2016 mozillazg, 闲耘, MIT licence."""
Frequencies = dict[str, int]
Readings = dict[str, dict[str, float]]


def is_han(text: str) -> bool:
    return all(FIRST <= ord(one) <= LAST for one in text)


def is_syllable(text: str) -> bool:
    return SYLLABLE.fullmatch(text) is not None and text not in UNKNOWN_SYLLABLES


def frequencies(lines: Iterable[str]) -> tuple[Frequencies, set[str]]:
    """How often each word was seen, and which of them are places."""
    seen: Frequencies = {}
    places: set[str] = set()
    for line in lines:
        word, count, *kind = line.split()
        if not is_han(word) or len(word) > LENGTH_MAX or word in UNFIT:
            continue
        seen[word] = int(count)
        if kind == ["ns"]:
            places.add(word)
    for word in BANKING:
        seen[word] = max(seen.get(word, 0), BANK_WEIGHT)
    return seen, places


def readings(seen: Frequencies, read: dict[str, list[str]]) -> Readings:
    """Of each character its syllables, and how often it is read so in the words that were seen."""
    found: Readings = defaultdict(lambda: defaultdict(float))
    for code in range(FIRST, LAST + 1):
        one = chr(code)
        for at, syllable in enumerate(pinyin(one, style=Style.NORMAL, heteronym=True)[0]):
            if is_syllable(syllable):
                found[one][syllable] += 1 / (at + 2)
    for word, count in seen.items():
        weight = count if len(word) == 1 else count * IN_WORDS
        for one, syllable in zip(word, read[word], strict=True):
            if is_syllable(syllable):
                found[one][syllable] += weight
    for name in SURNAMES:
        found[name[0]][name[1:]] += SURNAME_WEIGHT
    return found


def is_simplified(one: str) -> bool:
    try:
        one.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main(dictionary: Path) -> None:
    seen, places = frequencies(dictionary.read_text("utf-8").splitlines())
    read = {word: lazy_pinyin(word, v_to_u=False) for word in seen}
    known = readings(seen, read)
    usual = {one: max(by, key=lambda name: by[name]) for one, by in known.items() if by}
    by_syllable: dict[str, list[tuple[bool, float, str]]] = defaultdict(list)
    for one, by in known.items():
        for syllable, weight in by.items():
            by_syllable[syllable].append(
                (weight >= 1, weight if weight >= 1 else is_simplified(one) + weight, one)
            )
    out = [HEAD]
    for syllable in sorted(by_syllable):
        ordered = sorted(by_syllable[syllable], reverse=True)
        out.append(
            f"{syllable} "
            + "".join(one + ("" if usual[one] == syllable else "*") for *_, one in ordered)
        )
    out.append("")
    ranked = sorted(seen, key=lambda word: -seen[word])
    kept = set(ranked[:WORDS_MAX]) | {one for one in places if seen[one] >= PLACE_FREQUENCY_MIN}
    for word in (one for one in ranked if one in kept):
        if not all(map(is_syllable, read[word])):
            continue
        as_is = [usual.get(one, "") for one in word]
        out.append(
            word if read[word] == as_is or len(word) == 1 else f"{word}/{' '.join(read[word])}"
        )
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
