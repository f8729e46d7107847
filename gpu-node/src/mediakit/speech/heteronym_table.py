# ruff: noqa: E501, RUF001
"""The senses of words with two sounds, and the neighbors that tell them apart."""

from dataclasses import dataclass

from mediakit.speech.heteronym_frames import DETERMINERS, MODALS, PRONOUNS, SINGULAR, words

# fmt: off
_BE = words("am is are was were be been being i'm you're we're they're he's she's it's feel feels felt seem seems seemed so very quite perfectly not more less")
_HAVE = words("have has had having i've you've we've they've he'd she'd i'd we'd they'd be been is was were are being got getting gets well often widely already never ever")
_OBJECT = words("the a an it him her them us me you my your his its our their this that these those to by")


# fmt: on
@dataclass(frozen=True)
class Sense:
    """A reading (VERB, NOUN, ADJ, PAST and DEFAULT are the dictionary's; else phonemes), and all
    that must hold for it."""

    reading: str
    before: frozenset[str] = frozenset()
    before2: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    unless_before: frozenset[str] = frozenset()
    unless_after: frozenset[str] = frozenset()


# fmt: off
_LED, _LEED = "lˈɛd", "lˈid"
_METALS = words(
    "metal metals zinc tin copper iron steel gold silver mercury toxic poisoning poisonous alloy "
    "gasoline petrol paint pipe pipes element plumbing alchemist alchemists battery batteries roof "
    "pencil dense bullet bullets pure molten ore mined smelted contaminated water's"
)
_SHIP = words("ship ship's ships boat boat's stern deck sail sailor sailors captain vessel hull anchor waves yacht")
_STRING = words("arrow arrows archer archers archery quiver violin cello fiddle ribbon hair gift tied tie string hunter hunting strings crossbow")
_FISH = words("fish fishing fished fisherman caught catch catches catching lake river pond rod angler anglers grilled fillet trout salmon striped largemouth smallmouth sea")
_CLOTH = words("fabric cloth shirt jeans muscle ligament cartilage dress tissue pants paper sail net tendon wear")
_PIGS = words("pig pigs piglet piglets farm farmer boar boars pen litter mud fed")
_QUARREL = words("over about with between broke erupted")
_MANY = words("detail details amount amounts quantity quantities particle particles difference differences trace traces crystal crystals creature creatures organism organisms fraction scale size fragment fragments change changes speck specks insect insects hole holes variation variations steps adjustments portion proportion")

SENSES: dict[str, tuple[Sense, ...]] = {
    "lead": (
        Sense(_LEED, after=words("singer singers role roles actor actress guitarist guitar vocalist vocals character designer engineer developer author time times generation story article investigator counsel")),
        Sense(_LED, after=words("pipe pipes paint paints poisoning poison pencil pencils bullet bullets battery batteries acid mine mines crystal shot weight weights foil oxide apron glass ore dust exposure levels contamination sheet sheets ions atoms")),
        Sense(_LEED, before=MODALS | PRONOUNS),
        Sense(_LED, before=words("of contains contain contained containing as heavy molten pure melted liquid toxic"), unless_after=_OBJECT),
        Sense(_LED, near=_METALS, unless_after=_OBJECT),
    ),
    "read": (
        Sense("PAST", before=_HAVE),
        Sense("PAST", before2=_HAVE, before=words("just never ever already also not always only")),
        Sense("VERB", before=MODALS),
        Sense("VERB", before2=MODALS, before=words("not also always never just only even you i we they")),
        Sense("PAST", near=words("yesterday ago once last")),
        Sense("PAST", before=words("he she it who everybody everyone nobody somebody mother father")),
        Sense("VERB", near=words("every always usually often sometimes daily now tomorrow never")),
    ),
    "bow": (
        Sense("DEFAULT", near=_STRING),
        Sense("DEFAULT", after=words("tie ties window legs")),
        Sense("VERB", near=_SHIP),
        Sense("VERB", before=MODALS | PRONOUNS),
        Sense("VERB", before2=words("take took takes taking taken made gave final deep"), before=words("a his her their final my another deep one")),
        Sense("VERB", after=words("down before deeply out low politely")),
        Sense("VERB", before=words("deep low polite slight final respectful")),
    ),
    "bows": (Sense("DEFAULT", near=_STRING), Sense("VERB", near=_SHIP), Sense("VERB", before=SINGULAR | words("take took final")),),
    "bass": (Sense("DEFAULT", near=_FISH), Sense("ADJ"),),
    "minute": (
        Sense("ADJ", after=_MANY),
        Sense("ADJ", before=words("very extremely so incredibly almost tiny most too"), unless_after=words("later ago")),
        Sense("ADJ", before=words("is are was were"), unless_after=words("walk drive later")),
        Sense("NOUN"),
    ),
    "dove": (
        Sense("NOUN", before=DETERMINERS | words("white turtle rock mourning gray peace")),
        Sense("VERB", before=PRONOUNS | words("he she it then and")),
        Sense("VERB", after=words("into in off down under deep headfirst straight right from")),
        Sense("NOUN"),
    ),
    "object": (Sense("NOUN", before=words("an the direct foreign unidentified flying sharp of")),),
    "content": (
        Sense("NOUN", after=words("marketing creator creators warning warnings management strategy is was for of on that team")),
        Sense("ADJ", before=_BE),
        Sense("ADJ", after=words("with"), unless_before=DETERMINERS),
        Sense("ADJ", after=words("myself yourself himself herself themselves ourselves")),
        Sense("NOUN"),
    ),
    "contents": (Sense("NOUN"),),
    "close": (
        Sense("VERB", before=MODALS),
        Sense("VERB", before=PRONOUNS, unless_after=words("to")),
        Sense("VERB", after=words("the your my his her our their it this that down"), unless_before=_BE | words("too")),
        Sense("DEFAULT", before=_BE | words("too come comes came get gets got stay stayed stand stood how a up pretty really")),
        Sense("DEFAULT", after=words("to friend friends by enough together relative relatives call range family")),
        Sense("NOUN", before=words("the"), after=words("of")),
    ),
    "live": (
        Sense("DEFAULT", after=words("music show shows concert concerts broadcast broadcasts stream streams streaming video audience performance performances wire wires action animals bait event events television tv coverage band recording album chat update updates ammunition theater")),
        Sense("DEFAULT", before=_BE | words("went go going goes gone broadcast streaming streamed recorded performed played perform reporting")),
        Sense("VERB", before=MODALS | PRONOUNS | words("people who and where still only")),
        Sense("VERB", after=words("in at with on near alone together here there long longer next by under without")),
    ),
    "lives": (
        Sense("VERB", before=SINGULAR | words("mother father brother sister uncle aunt friend family dog cat man woman")),
        Sense("VERB", after=words("in at with near alone here there next on by"), unless_before=DETERMINERS | words("nine lost their our human saved of")),
        Sense("DEFAULT"),
    ),
    "wind": (
        Sense("VERB", before=MODALS),
        Sense("NOUN", before=DETERMINERS | words("strong cold north south east west light solar warm of high")),
        Sense("NOUN", after=words("turbine turbines power energy farm farms speed speeds blew blows is was chimes instrument instruments and tunnel")),
        Sense("VERB", after=words("up down around your the it through")),
    ),
    "wound": (
        Sense("NOUN", before=DETERMINERS | words("head flesh gunshot stab open deep bullet knife fatal"), unless_after=words("up")),
        Sense("VERB", before=MODALS),
        Sense("PAST", after=words("up around down through along past its itself back it the tightly his her")),
        Sense("PAST", before=words("tightly tight was were had have has path road river trail stream")),
    ),
    "tear": (
        Sense("VERB", near=_CLOTH),
        Sense("VERB", before=MODALS | PRONOUNS),
        Sense("VERB", after=words("down up apart off out it open into through your this that them"), unless_before=DETERMINERS),
        Sense("NOUN"),
    ),
    "tears": (
        Sense("VERB", before=SINGULAR),
        Sense("VERB", after=words("down up apart off it open the"), unless_before=DETERMINERS | words("of in")),
        Sense("NOUN"),
    ),
    "row": (
        Sense("DEFAULT", after=words("of house houses your the boat"), before2=frozenset()),
        Sense("ɹˈW", before=words("blazing huge terrible furious bitter massive diplomatic family big angry"), unless_after=words("of")),
        Sense("ɹˈW", before=words("a the"), after=_QUARREL),
        Sense("ɹˈW", before=words("a"), before2=words("had have having has caused started heard"), unless_after=words("of")),
    ),
    "sow": (
        Sense("VERB", before=MODALS | PRONOUNS | words("and")),
        Sense("NOUN", before=DETERMINERS | words("old fat pregnant big")),
        Sense("NOUN", near=_PIGS),
    ),
    "refuse": (
        Sense("NOUN", after=words("collection collector collectors bin bins dump heap truck disposal sack sacks")),
        Sense("NOUN", before=words("household kitchen garden city of with their the")),
        Sense("VERB"),
    ),
    "record": (
        Sense("NOUN", before=words("world broken track criminal new public medical vinyl off on a the")),
        Sense("NOUN", after=words("player players label labels store shop deal company high low time")),
    ),
    "present": (
        Sense("NOUN", before=DETERMINERS | words("birthday christmas wedding at nice lovely past great")),
        Sense("NOUN", before=_BE),
        Sense("VERB", after=words("the a an our my your his her their you"), before=words("proudly and")),
    ),
    "desert": (
        Sense("VERB", after=words("him her them me us you his their its"), unless_before=DETERMINERS),
        Sense("VERB", before=MODALS),
        Sense("NOUN"),
    ),
    "deserts": (Sense("VERB", before=words("just he she")), Sense("NOUN"),),
    "use": (
        Sense("NOUN", before=DETERMINERS | words("of in good much easy daily personal common little land drug fair home")),
        Sense("NOUN", after=words("of"), unless_before=MODALS | PRONOUNS),
        Sense("VERB"),
    ),
    "excuse": (Sense("NOUN", before=DETERMINERS | words("good poor lame bad better")), Sense("VERB"),),
    "house": (Sense("VERB", before=words("to"), after=words("the a them him her people refugees over up")), Sense("NOUN"),),
    "resume": (
        Sense("ɹˈɛzəmˌA", before=words("my your his her our their a the updated"), unless_after=words("the a")),
    ),
    "nice": (Sense("nˈis", before=words("in from near visited visit to"), after=words("france and is was on for")),),
    "reading": (Sense("ɹˈɛdɪŋ", before=words("in from near to"), after=words("berkshire england and station")),),
    "produce": (
        Sense("NOUN", before=words("fresh local organic farm garden the")),
        Sense("NOUN", after=words("aisle section market department stand")),
    ),
    "perfect": (Sense("ADJ", before=DETERMINERS | _BE | words("almost")), Sense("VERB", before=MODALS),),
    "separate": (Sense("ADJ", before=DETERMINERS | _BE | words("two three")),),
    "invalid": (Sense("NOUN", before=words("an"), after=words("who and in")), Sense("ADJ"),),
    "moped": (Sense("NOUN", before=DETERMINERS | words("on by")), Sense("VERB", after=words("around about all")),),
    "permit": (Sense("NOUN", before=words("parking work building a the")),),
    "conduct": (Sense("NOUN", before=words("of good bad")),),
    "subject": (Sense("NOUN", before=_BE | DETERMINERS | words("of")),),
    "project": (Sense("NOUN", after=words("manager managers management team")),),
}
# fmt: on
"""In this order; a row without conditions holds for what is left."""
