# ruff: noqa: E501, RUF001
"""Numbers with units."""

import re

from mediakit.speech.front_end.numerals import counted
from mediakit.speech.front_end.rules import Rule, any_of, is_after_article

_ONE = {
    "nm": "nanometer", "mm": "millimeter", "cm": "centimeter", "dm": "decimeter", "m": "meter",
    "km": "kilometer", "μm": "micrometer", "mi": "mile", "yd": "yard", "ft": "foot", "in": "inch",
    "mg": "milligram", "g": "gram", "kg": "kilogram", "μg": "microgram", "mcg": "microgram",
    "t": "ton", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "ml": "milliliter", "mL": "milliliter", "μl": "microliter", "cl": "centiliter", "dl": "deciliter",
    "l": "liter", "L": "liter", "gal": "gallon", "tsp": "teaspoon", "tbsp": "tablespoon", "pt": "pint",
    "qt": "quart", "cc": "cubic centimeter",
    "ms": "millisecond", "μs": "microsecond", "ns": "nanosecond", "s": "second", "sec": "second",
    "secs": "second", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
    "d": "day", "yr": "year", "yrs": "year", "wk": "week", "wks": "week",
    "mV": "millivolt", "V": "volt", "kV": "kilovolt", "A": "amp", "mA": "milliamp", "W": "watt",
    "mW": "milliwatt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "Wh": "watt hour",
    "kWh": "kilowatt hour", "MWh": "megawatt hour", "mAh": "milliamp hour", "Ω": "ohm", "kΩ": "kiloohm",
    "J": "joule", "kJ": "kilojoule", "MJ": "megajoule", "cal": "calorie", "kcal": "kilocalorie",
    "N": "newton", "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal", "MPa": "megapascal",
    "bar": "bar", "mbar": "millibar", "dB": "decibel", "mol": "mole", "lm": "lumen", "ha": "hectare",
    "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "PB": "petabyte", "MP": "megapixel", "px": "pixel", "ac": "acre", "kn": "knot",
}  # fmt: skip
_SAME = {
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz",
    "kph": "kilometers per hour", "kmh": "kilometers per hour", "mph": "miles per hour",
    "rpm": "revolutions per minute", "bpm": "beats per minute", "fps": "frames per second",
    "kbps": "kilobits per second", "Mbps": "megabits per second", "Gbps": "gigabits per second",
    "ppm": "parts per million", "ppb": "parts per billion", "psi": "P S I", "pct": "percent",
    "sq ft": "square feet", "sq mi": "square miles", "sq m": "square meters", "lux": "lux",
    "dpi": "dots per inch", "hp": "horsepower", "mmHg": "millimeters of mercury", "U": "units",
}  # fmt: skip
_IRREGULAR = {"foot": "feet", "inch": "inches"}
_PER = {
    "h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute", "d": "day",
    "L": "liter", "l": "liter", "ml": "milliliter", "dL": "deciliter", "m": "meter", "cm": "centimeter", "km": "kilometer",
    "m²": "square meter", "m³": "cubic meter", "cm²": "square centimeter", "cm³": "cubic centimeter", "s²": "second squared",
    "kg": "kilogram", "g": "gram", "lb": "pound", "oz": "ounce", "ft": "foot", "mol": "mole",
    **{word: word for word in ("day", "week", "month", "year", "hour", "minute", "second", "night", "person", "kilo", "mile")},
    "mo": "month", "yr": "year", "wk": "week",
}  # fmt: skip
_NUMBER = r"\d(?:[\d,]{0,24}\d)?(?:\.\d{1,12})?"
_GLUED_ONLY = frozenset({"in", "d", "U", "A", "N", "t", "pt"})
"""With a space before them these are words, or letters, more often than units."""
_LENGTHS = ("mm", "cm", "dm", "m", "km", "in", "ft", "yd", "mi")
_ALL = {**_ONE, **{sign: sign for sign in _SAME}}
_OF_A_NAME = (
    "batter(?:y|ies)|bulbs?|films?|lens(?:es)?|cables?|cords?|bottles?|bags?|chargers?|adapters?|adaptors?|outlets?|suppl(?:y|ies)|"
    "sprints?|dash|hurdles|relay|freestyle|butterfly|backstroke|breaststroke|race|races|final|champion|guns?|rounds?|"
    "drives?|cards?|monitors?|screens?|nails?|screws?|bolts?|nuts?|drills?|pipes?|hoses?|tanks?|engines?|motors?|sticks?|"
    "packs?|tablets?|capsules?|doses?|laptops?|heaters?|lamps?|speakers?|amplifiers?|solar|systems?|radios?|walk|hike|jog|drive"
)
"""Before these a unit is part of a name, and has no plural: `12 volt batteries`."""
_BEFORE_NAME = re.compile(rf" (?:{_OF_A_NAME})\b")
_BIG = ("people|users|views|followers|subscribers|customers|visitors|downloads|copies|jobs|homes|"
        "years|dollars|euros|pounds|votes|barrels|tons")  # fmt: skip


def _plural(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return word if word.endswith(("hertz", "bar")) else word + "s"


def _named(number: str, sign: str) -> str:
    if sign in _SAME:
        return _SAME[sign]
    return _ONE[sign] if number in ("1", "-1") else _plural(_ONE[sign])


def _unit(m: re.Match[str]) -> str:
    number, space, sign, per = m[1], m[2], m[3], m[4]
    if space and sign in _GLUED_ONLY:
        return m[0]
    # "a 5 gram pack": as part of a name a unit has no plural.
    named = is_after_article(m) or _BEFORE_NAME.match(m.string, m.end())
    alone = "1" if named else number
    return f"{counted(number)} {_named(alone, sign)}" + (f" per {_PER[per]}" if per else "")


def _area(m: re.Match[str]) -> str:
    kind = "square" if m[3] in ("²", "^2") else "cubic"
    return f"{counted(m[1])} {kind} {_named(m[1], m[2])}" + (f" per {_PER[m[4]]}" if m[4] else "")


def _degrees(m: re.Match[str]) -> str:
    scale = {"C": " Celsius", "F": " Fahrenheit", "K": " Kelvin"}.get(m[2] or "", "")
    return f"{m[1]} {'degree' if m[1] in ('1', '-1') else 'degrees'}{scale}"


def _hours(m: re.Match[str]) -> str:
    hour, minute = (_named(m[i], sign) for i, sign in ((1, "h"), (2, "min")))
    return f"{m[1]} {hour} {m[2]} {minute}"


_AFTER = r"(?![\w'’²³^]|-\w)"
_SLASHED = rf"(?:/({any_of(_PER)})(?![\w²³]))?"

RULES: list[Rule] = [
    (re.compile(r"µ"), "μ"),
    (re.compile(r"(?<=\d )sq\.\s?(ft|mi|m)\b(?:\.(?=\s[a-z]))?"), r"sq \1"),
    (re.compile(r"\b(\d{1,3})h\s?(\d{1,2})m(?:in)?\b"), _hours),
    (re.compile(r"\b(\d{1,3})m\s?(\d{1,2})s\b"), r"\1 minutes \2 seconds"),
    (re.compile(rf"(?<![\w.,])({_NUMBER})\s?({any_of(_LENGTHS)})(²|³|\^2|\^3){_SLASHED}(?!\w)"), _area),
    (re.compile(rf"(?<![\w.,$€£])({_NUMBER})(?:m|M|mn)(?= (?:[a-z]{{1,20}} )?(?:{_BIG})\b)"), r"\1 million"),
    # 4K is a size of pictures, and a 5K is run.
    (re.compile(r"(?<![\w.,-])(?![48][kK]\b)(?!\d{1,2}[kK] (?:run|race|resolution|video|screen|display|monitor|TV)\b)(\d{1,9}(?:\.\d{1,4})?)[kK]\b(?!\s?[mgB])"), r"\1 thousand"),
    (re.compile(r"(?<![\w.,-])(\d{1,9}(?:\.\d{1,4})?)(?:M|mn)\b"), r"\1 million"),
    (re.compile(r"(?<![\w.,])(\d{1,9}(?:\.\d{1,4})?)bn\b"), r"\1 billion"),
    (re.compile(rf"(?<![\w.,])(-?{_NUMBER})\s?°\s?([CFK])?(?!\w)"), _degrees),
    (re.compile(rf"(?<=\d )({any_of(['ft', 'lb', 'lbs', 'oz', 'yd', 'mi', 'hr', 'hrs', 'min', 'sec', 'secs', 'gal', 'yr', 'yrs', 'tsp', 'tbsp'])})\.(?=\s[a-z])"), r"\1"),
    (re.compile(r"(?<=\d )in\.(?=\s[a-z]|$)"), "inches"),
    # A range of numbers before the unit.
    (re.compile(rf"(?<![\w.,/-])(\d{{1,6}}(?:\.\d{{1,4}})?)(\s?)[-–]\2(?={_NUMBER}\s?(?:{any_of(_ALL)}|°|%)(?!\w))"), r"\1 to "),
    (re.compile(rf"(?<![\w.,$€£])({_NUMBER})(\s?)({any_of(_ALL)}){_SLASHED}{_AFTER}"), _unit),
    (re.compile(rf"(?<![\w.,])({_NUMBER})-({any_of(['km', 'cm', 'mm', 'kg', 'm', 'ft', 'mph', 'GB', 'MB', 'W', 'V', 'L', 'lb', 'oz', 'min', 'h', 'hr'])})(?![\w-])"), lambda m: f"{m[1]} {_SAME.get(m[2]) or _ONE[m[2]]}"),
    (re.compile(r"(?<=\d)\s?/\s?(day|week|month|mo|year|yr|hour|hr|minute|night|person|kg|lb|mile)\b"), lambda m: f" per {_PER[m[1]]}"),
    (re.compile(r"\b(dollars?|euros?|pounds?|cents?)\s?/\s?([a-z]{2,12})\b"), lambda m: f"{m[1]} per {_PER.get(m[2], m[2])}"),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"(?<=\d)\s?‰"), " per thousand"),
]  # fmt: skip
