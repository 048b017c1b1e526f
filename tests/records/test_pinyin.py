"""Names are found by every way a person may spell them."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.pinyin import person_keys, search_key, unit_keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("欧阳建国", ["oyjg", "ouyangjianguo"]),
        ("曾英", ["zy", "zengying", "cengying"]),
        ("单庆生", ["sqs", "shanqingsheng", "danqingsheng"]),
        ("解红", ["xh", "xiehong", "jiehong"]),
        ("仇海", ["qh", "qiuhai"]),
        ("区志", ["oz", "ouzhi"]),
        ("查明", ["zm", "zhaming"]),
        ("尉迟恭", ["ycg", "yuchigong"]),
        ("万俟明", ["mqm", "moqiming"]),
        ("单于明", ["cym", "chanyuming"]),
        ("吕胜", ["ls", "lvsheng", "lusheng"]),
        ("胡长", ["hc", "hz", "huchang", "huzhang"]),
        ("阿不都·热合曼", ["abdrhm"]),
        ("Smith", ["smith"]),
    ],
)
def test_a_name_has_a_key_for_each_reading(name: str, keys: list[str]) -> None:
    assert set(keys) <= set(person_keys(name).split())


def test_the_reading_as_a_surname_comes_first() -> None:
    assert person_keys("单庆生").split()[0] == "sqs"


def test_a_unit_keeps_its_number() -> None:
    assert unit_keys("叶县利隆化工有限公司0007号").split() == [
        "yxllhgyxgs0007h",
        "yexianlilonghuagongyouxiangongsi0007hao",
    ]


def test_typed_pinyin_is_folded_and_chinese_is_none() -> None:
    assert search_key("ＯＹ jg") == "oyjg"
    assert search_key("lü") == "lv"
    assert search_key("欧阳") == ""
    assert search_key("a%b") == ""


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_any_text_has_plain_keys(text: str) -> None:
    for keys in (person_keys(text), unit_keys(text)):
        assert keys == keys.lower()
        assert all(search_key(key) == key for key in keys.split())


def test_the_dictionary_is_loaded_only_where_names_are_stored() -> None:
    code = "import sys, records.people, records.units; sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
