"""Words that tell a noun from a verb where they stand right before it."""


def words(text: str) -> frozenset[str]:
    """A set of words, written as a line."""
    return frozenset(text.split())


MODALS = words(
    "to will would can could shall should may might must do does did don't doesn't didn't won't "
    "wouldn't can't cannot couldn't shouldn't mustn't let's please i'll you'll we'll they'll he'll "
    "she'll it'll i'd you'd we'd they'd he'd she'd"
)
PRONOUNS = words("i you we they who")
"""Subjects of a verb without an ending."""
SINGULAR = words("he she it who that which")
DETERMINERS = words(
    "a an the this that these those my your his her its our their every each no some any another "
    "one two three four five several many few all both's"
)
LEADS_TO_NOUN = words(
    "due access subject according thanks exposure addition relation regard respect key approach "
    "damage changes link close next return attention in from made up"
)

PAIRS: dict[str, tuple[str, str]] = {
    word + ending: ("VERB", "NOUN")
    for word in (
        "object project record present permit produce progress conduct conflict contract contrast "
        "convert convict decrease defect digest discount escort extract import increase insert "
        "insult rebel reject subject suspect transport contest console combine compound exploit "
        "survey upset address use house excuse abuse estimate graduate duplicate advocate "
        "associate delegate document implement attribute"
    ).split()
    for ending in ("", "s")
} | {
    word: ("VERB", "")
    for word in (
        "close live content separate moderate deliberate elaborate coordinate alternate intimate "
        "perfect frequent articulate approximate animate appropriate wound wind tear tears bow "
        "desert refuse sow incense entrance"
    ).split()
}
"""A noun with the stress in front and a verb with it behind: the words right before decide."""
