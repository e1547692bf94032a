"""A book as a real service has it: spoken words and sentences in two languages, many of them beginning alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drivers.speech.book import Book, Clip, write_book
from drivers.speech.espeak import speak, voice_of
from hw_sim.ear.clip_index import ClipIndex

WORDS = {
    "zh": [
        "十一",
        "十四",
        "十九",
        "二十",
        "二十一",
        "三十",
        "四十",
        "四十四",
        "七十四",
        *"零一二三四五六七八九十百千万点元角条",
    ],
    "en": """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen nineteen
        twenty thirty forty fifty sixty seventy eighty ninety hundred thousand and point yuan""".split(),  # noqa: SIM905
}
PROMPTS = {
    "zh": {
        "welcome": "欢迎致电金叶烟草服务热线",
        "press_one_zh": "普通话请按一",
        "menu": "查询价格请按一，订货请按二，留言请按三",
        "ask_code": "请输入商品代码，以井号键结束",
        "ask_quantity": "请输入订购数量，以井号键结束",
        "ask_number": "请输入您的回电号码，以井号键结束",
        "code_is": "您输入的代码是",
        "number_is": "您输入的号码是",
        "no_such_code": "没有这个商品代码，请重新输入",
        "no_such_choice": "没有这个选项，请重新输入",
        "price_is": "价格是每条",
        "order_number_is": "您的订单号码是",
        "goodbye": "谢谢您的来电，再见",
    }
    | {
        f"product_{i}{j}": a + b
        for i, a in enumerate(["中华", "玉溪", "云烟", "双喜"])
        for j, b in enumerate(["硬盒", "软盒"])
    },
    "en": {
        "welcome": "Welcome to the Golden Leaf tobacco service line",
        "menu": "For prices press one. To place an order press two. To leave a message press three.",
        "ask_code": "Please enter the product code followed by the hash key",
        "ask_quantity": "Please enter the quantity followed by the hash key",
        "ask_number": "Please enter your call back number followed by the hash key",
        "no_such_code": "There is no such product code. Please try again.",
        "price_is": "The price of a carton is",
        "order_number_is": "Your order number is",
        "goodbye": "Thank you for calling. Goodbye.",
    },
}


def _clips() -> list[Clip]:
    words = [Clip(id=f"{lang}:{w}", language=lang, text=w, kind="word") for lang, ws in WORDS.items() for w in ws]
    return words + [
        Clip(id=f"{lang}/{name}", language=lang, text=text) for lang, ps in PROMPTS.items() for name, text in ps.items()
    ]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Some 90 clips of Mandarin and English, spoken by espeak-ng."""
    folder: Path = tmp_path_factory.mktemp("book")
    clips = _clips()
    with ThreadPoolExecutor(2) as pool:
        sounds = pool.map(lambda clip: speak(clip.text, voice_of(clip.language)), clips)
        return write_book(folder, zip(clips, sounds, strict=True))


@pytest.fixture(scope="session")
def index(book: Book) -> ClipIndex:
    """The book as ears know it, made once."""
    return ClipIndex.of(book)
