"""Speech in many languages and voices, made by espeak-ng: a minute at a time, each minute another speaker.

What is said is drawn at random: sentences, numbers, and words of made-up syllables, so that any number of hours holds
every sound of a language in every neighbourhood. Voices differ in variant, pitch, speed, and in the size of the head
(the sound is played faster or slower by up to 15 %, which moves the formants).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import numpy as np

from dsp.receiver import RATE, Float32

PROGRAM = "espeak-ng"
_SOURCE_RATE = 22050
_WAV_HEADER = 44
_TIME_LIMIT = 120.0
_WORDS_A_SECOND = 1.6
"""Fewer than anybody speaks: a text of so many words lasts long enough more often than not."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language. voice: of espeak-ng. syllables: what its made-up words are built of. said: sentences."""

    voice: str
    onsets: str
    rhymes: str
    said: tuple[str, ...]


_LATIN = "b c d f g h j k l m n p r s t v z br cl dr fl gr pl pr st tr ch"
_VOWELS = "a e i o u ai au ei ia io an en in on un ar er or al el is os"

TONGUES = (
    Tongue("en-us", _LATIN + " sh th wh qu", _VOWELS + " ee oo ow ay ight ough", (
        "Please hold the line, somebody will be with you in a moment.",
        "I would like to know when my order is going to arrive, because nobody has called me back.",
        "For sales press one, for service press two, or stay on the line.",
        "No, that is not what I said, could you repeat the last three figures?",
    )),
    Tongue("en-gb-x-rp", _LATIN + " sh th", _VOWELS + " ee oo", (
        "Good afternoon, you have reached the accounts department, how may I help you?",
        "We are sorry, all our lines are busy; your call is important to us.",
    )),
    Tongue("cmn-latn-pinyin", "b p m f d t n l g k h j q x zh ch sh r z c", "a1 o2 e4 i1 u3 ai4 ei2 ao3 ou1 an4 en2", (
        "您好，欢迎致电订货热线。查询价格请按一，订货请按二，留言请按三。",
        "对不起，您输入的号码有误，请重新输入，以井号键结束。",
        "我想问一下，我上个星期订的货什么时候能到？",
    )),
    Tongue("yue", "b p m f d t n ng l g k h w z c s j", "aa1 oi2 e3 iu4 ou5 an6 ak1 ung2", (
        "你好，多謝你打電話嚟，請稍等。",
        "唔好意思，而家所有職員都好忙。",
    )),
    Tongue("es", _LATIN + " ll ñ rr", _VOWELS, (
        "Gracias por llamar. Si conoce la extensión, márquela ahora.",
        "Espere un momento, por favor, le paso con la persona encargada.",
    )),
    Tongue("fr-fr", _LATIN + " gn", _VOWELS + " eau ou oi un on eu", (
        "Bonjour, vous êtes bien au service des commandes, ne quittez pas.",
        "Votre correspondant n'est pas disponible, laissez un message après le signal sonore.",
    )),
    Tongue("de", _LATIN + " sch pf zw", _VOWELS + " ei eu äu ö ü", (
        "Guten Tag, Sie sind mit dem Anrufbeantworter verbunden.",
        "Der gewünschte Gesprächspartner ist zur Zeit nicht erreichbar.",
    )),
    Tongue("it", _LATIN + " gl gn sc", _VOWELS, (
        "Benvenuti, digitate il numero di interno seguito dal tasto cancelletto.",
        "Mi dispiace, non ho capito, può ripetere più lentamente?",
    )),
    Tongue("pt-br", _LATIN + " nh lh", _VOWELS + " ão õe", (
        "Obrigado por ligar, a sua chamada será atendida em instantes.",
        "Por favor, digite o número do pedido e aguarde.",
    )),
    Tongue("ru", "б в г д ж з к л м н п р с т ф х ц ч ш щ бр ст", "а е и о у ы э ю я ай ой ан ен ин", (
        "Здравствуйте, вы позвонили в отдел заказов, оставайтесь на линии.",
        "Извините, набранный вами номер не существует.",
    )),
    Tongue("pl", _LATIN + " sz cz rz dź", _VOWELS + " ą ę ó y", (
        "Dzień dobry, dodzwoniłeś się do biura obsługi klienta.",
        "Proszę czekać, wszyscy konsultanci są zajęci.",
    )),
    Tongue("nl", _LATIN + " sch", _VOWELS + " ij oe ui eu", (
        "Een ogenblik geduld alstublieft, u wordt zo doorverbonden.",
    )),
    Tongue("tr", _LATIN + " ş ç ğ", _VOWELS + " ı ö ü", (
        "Lütfen hatta kalın, müşteri temsilcisine bağlanıyorsunuz.",
    )),
    Tongue("hi", "क ख ग च ज ट ड त द न प ब म य र ल व श स ह", "ा ि ी ु ू े ै ो ौ न र", (
        "कृपया प्रतीक्षा करें, आपकी कॉल हमारे लिए महत्वपूर्ण है।",
    )),
    Tongue("ko", "가 나 다 라 마 바 사 아 자 차 카 타 파 하", "는 리 도 구 미 소 주 하 스 어 요", (
        "잠시만 기다려 주십시오. 지금 모든 상담원이 통화 중입니다.",
    )),
    Tongue("ja", "か さ た な は ま や ら わ が ざ だ ば ぱ", "い う え お ん き し ち に り", (
        "しばらく おまちください。 ただいま かいせんが こみあって おります。",
    )),
    Tongue("vi", "b c d đ g h kh l m n ng nh ph s t th tr v x", "a ă â e ê i o ô ơ u ư á à ả ã ạ anh ông", (
        "Xin vui lòng chờ trong giây lát.",
    )),
)  # fmt: skip

_VARIANTS = [
    *(f"f{n}" for n in range(1, 6)), *(f"m{n}" for n in range(1, 9)), "klatt", *(f"klatt{n}" for n in range(2, 5)),
    "Andrea", "Annie", "Gene", "Jacky", "Lee", "Marco", "Mike", "Tweaky", "adam", "belinda", "boris", "caleb", "david",
    "edward", "grandma", "grandpa", "john", "linda", "max", "michel", "miguel", "norbert", "paul", "pedro", "rob",
    "robert", "steph", "travis", "victor", "whisper", "croak",
]  # fmt: skip


def speech(rng: np.random.Generator, samples: int) -> Float32:
    """So many samples of one speaker at 8 kHz, any level, not yet band-limited. Raises OSError without espeak-ng, and
    ValueError when it has nothing to say.
    """
    tongue = TONGUES[int(rng.integers(len(TONGUES)))]
    voice = f"{tongue.voice}+{_VARIANTS[int(rng.integers(len(_VARIANTS)))]}"
    head = float(rng.uniform(0.87, 1.15))
    options = ["-v", voice, "-s", str(rng.integers(110, 240)), "-p", str(rng.integers(5, 95))]
    made = np.zeros(0, np.float32)
    while len(made) < samples:
        said = text(rng, tongue, (samples - len(made)) / RATE)
        more = _at_8_khz(_spoken(options, said), head)
        if not len(more):
            raise ValueError(f"{PROGRAM} says nothing with {' '.join(options)}")
        made = np.concatenate([made, more])
    return made[:samples]


def _spoken(options: list[str], text: str) -> Float32:
    done = subprocess.run(
        [PROGRAM, *options, "--stdout"], input=text.encode(), capture_output=True, check=False, timeout=_TIME_LIMIT
    )
    sound = done.stdout[_WAV_HEADER:]
    return np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(np.float32)


def _at_8_khz(sound: Float32, head: float) -> Float32:
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(sound, round(RATE / head / 50), _SOURCE_RATE // 50), np.float32)


def text(rng: np.random.Generator, tongue: Tongue, seconds: float) -> str:
    """What a speaker says in so many seconds, or more: sentences, numbers, made-up words."""
    parts: list[str] = []
    words = 0
    while words < seconds * _WORDS_A_SECOND:
        part = (_sentence, _number, _made_up)[int(rng.choice(3, p=[0.3, 0.3, 0.4]))](rng, tongue)
        words += max(len(part) // 6, 1)
        parts.append(part)
    return " ".join(parts)


def _sentence(rng: np.random.Generator, tongue: Tongue) -> str:
    return tongue.said[int(rng.integers(len(tongue.said)))]


def _number(rng: np.random.Generator, tongue: Tongue) -> str:
    if rng.random() < 0.5:
        return f"{rng.integers(10 ** int(rng.integers(2, 8)))}. "
    return " ".join(str(rng.integers(10)) for _ in range(int(rng.integers(4, 12)))) + ". "


def _made_up(rng: np.random.Generator, tongue: Tongue) -> str:
    onsets, rhymes = tongue.onsets.split(), tongue.rhymes.split()
    words = [
        "".join(f"{rng.choice(onsets)}{rng.choice(rhymes)}" for _ in range(int(rng.integers(1, 4))))
        for _ in range(int(rng.integers(3, 9)))
    ]
    return " ".join(words) + str(rng.choice([".", ",", "?", "!"]))
