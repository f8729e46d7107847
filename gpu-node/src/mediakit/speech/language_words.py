# ruff: noqa: E501, RUF001
"""Words that tell languages apart where a text is too short for a detector."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SMALL = _words(
    "the of and to is that it for was with as are be this have from or by not but what all were "
    "we when your can there an which their if will each about how them then she many some so "
    "would into has two more no way could my than been who its now did get i you he they his her "
    "at on our us do me a in im i'm don't it's you're that's there's what's he's she's we're they're isn't can't won't didn't doesn't let's said please very just out up "
    "ur thx pls plz gonna wanna gotta ok okay lol yes hello hi hey npm git sudo pip docker def const async await return ha haha hmm uh um oh ah wow yay"
)
"""English."""

SURE = SMALL - _words(
    "a i in no on so do me is as at for an was he we her has not all can im men en hi me its or out by"
)
"""English, and in no other language."""

OTHERS: dict[str, frozenset[str]] = {
    name: _words(words)
    for name, words in {
        "German": "der das und ist nicht ein eine ich wir sie mit auf dem von zu für wie auch "
        "aber nur noch sich haben wird sind oder wenn über nach bei aus heute ihnen mein dich",
        "French": "le la les des est et une dans que qui nous vous il elle pour pas avec sur "
        "au aux ce cette sont mais ou je du être avoir très plus votre tout mon",
        "Spanish": "el la los las es una en que por para se del está pero muy más yo nosotros "
        "como su al lo hay con mi nuestros hoy todo que",
        "Italian": "il la gli le una che di non sono del della ma anche più nel io noi questo "
        "si ha mi per sul al molto",
        "Portuguese": "os uma que não para com em da das muito mais eu nós você como se por são "
        "meu está no",
        "Dutch": "de het een en niet ik wij zij met op voor dat maar ook nog zijn hebben "
        "wordt naar bij uit te je mijn geen",
        "Swedish": "och det är en ett inte jag vi att som på med för av till har om så",
        "Danish": "og det er en et ikke jeg vi som på med af til har om så",
        "Polish": "nie jest się na że jak co czy tak był od przez jego już po bardzo",
        "Czech": "je se na že jsem jak jsou byl",
        "Turkish": "ve bir bu için ile çok ama gibi daha ne biz değil olarak bugün",
        "Indonesian": "yang dan di ini itu dengan untuk tidak dari ke adalah saya kita pada akan "
        "nama anda bisa sangat",
        "Finnish": "on ja ei se että hän minä minun mutta kun niin kuin en",
        "Swahili": "ni na ya wa kwa za la katika hii yangu sana leo kuna langu wako",
    }.items()
}
"""None of them is English, too, and none a single letter."""

SHORT: dict[str, frozenset[str]] = {
    name: _words(words)
    for name, words in {
        "German": "guten gute tag morgen abend nacht danke bitte schön sehr auf wiedersehen hallo "
        "welt wie geht's geht es dir ihnen ich liebe dich ja nein willkommen tschüss prost vielen "
        "dank frohe weihnachten alles gut mein freund servus schönes wochenende",
        "Spanish": "hola buenos buenas días dias tardes noches gracias muchas adiós por favor sí "
        "cómo como estás estas está qué que tal te amo quiero mucho bienvenido feliz cumpleaños "
        "mi amigo mundo hasta luego mañana señor señora",
        "French": "bonjour bonsoir merci beaucoup salut au revoir oui je t'aime comment ça va "
        "s'il vous plaît bienvenue bonne nuit mon ami tout le monde très bien joyeux noël à bientôt demain",
        "Italian": "buongiorno buonasera buonanotte grazie mille prego arrivederci come stai va "
        "ti amo buona notte sera giorno buon tutti scusi per favore mondo bene",
        "Portuguese": "bom boa dia tarde noite obrigado obrigada olá tudo bem você como vai mundo "
        "por favor até logo",
        "Dutch": "goedemorgen goedemiddag goedenavond dank je wel u bedankt hallo wereld hoe gaat "
        "het tot ziens alsjeblieft goede nacht allemaal",
        "Polish": "dzień dobry dziękuję bardzo cześć dobranoc proszę do widzenia jak się masz "
        "dobry wieczór jutra zobaczenia dzien dziekuje",
        "Finnish": "hyvää huomenta päivää iltaa yötä kiitos paljon hei moi terve mitä kuuluu "
        "näkemiin anteeksi",
        "Swahili": "habari gani ya za asubuhi jambo hujambo asante sana karibu kwaheri ndiyo "
        "hapana tafadhali yako kiingereza sisemi",
        "Indonesian": "selamat pagi siang sore malam terima kasih apa kabar banyak datang tinggal "
        "tidur jalan sama halo dunia",
        "Swedish": "god morgon kväll natt heter tack så mycket hej då hur mår du en bra dag jag älskar dig",
        "Danish": "godmorgen godaften mange tak farvel hej hvordan går det jeg elsker dig hjælpen for",
        "Norwegian": "takk skal du god natt kveld morgen for hjelpen hvordan det går med deg jeg",
        "Turkish": "günaydın merhaba dünya teşekkürler teşekkür ederim iyi geceler akşamlar "
        "nasılsın hoş geldiniz seni seviyorum evet hayır",
        "Croatian": "dobar dan dobro jutro hvala lijepa volim te laku noć bok doviđenja kako si danas",
        "Czech": "dobrý den dobré ráno děkuji ahoj na shledanou",
        "Hungarian": "jó reggelt napot estét köszönöm szia hogy vagy szépen segítséget nevem nem beszélek a az én és",
        "Romanian": "bună ziua dimineața mulțumesc seara noapte bine salut te iubesc mult",
        "Tagalog": "magandang umaga gabi hapon po salamat kumusta ka na mahal kita",
    }.items()
}
"""Greetings, thanks and the like: a text of three words or fewer is one of them as a whole."""

PARTICLES = _words(
    "de del della di da do dos das la le las los el van von der den ter y e und bin al du san santa rio"
)
"""Small words inside names."""

_DAY = "(?:mon|tues?|wed|thu(?:rs)?|fri|sat|sun)"
_SPELLED = "alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiskey|x-ray|yankee|zulu"

LOANS = re.compile(
    r"\b(?:(la|na|da|fa|do|ba|sha|ooh|hey|ho)(?:[ ,!-]{1,3}\1){2,30}|"
    rf"(?:{_SPELLED})(?: (?:{_SPELLED})){{1,30}}|{_DAY}(?:,? {_DAY}){{2,6}}|"
    r"los angeles|san (?:francisco|diego|jose|antonio|juan)|santa (?:fe|cruz|monica|barbara)|el paso|las vegas|auld lang syne|tyrannosaurus(?: rex)?|"
    r"bon (?:voyage|app[ée]tit)|c['’]est la vie|d[ée]j[àa] vu|que sera,? sera|hasta la vista|"
    r"carpe diem|hakuna matata|et cetera|ad hoc|ad hominem|ad infinitum|ad nauseam|pro bono|"
    r"pro rata|per se|status quo|quid pro quo|mamma mia|feliz navidad|cinco de mayo|mardi gras|"
    r"homo sapiens|alma mater|bona fide|de facto|in vitro|in situ|vice versa|veni,? vidi,? vici|"
    r"persona non grata|carte blanche|coup d['’][ée]tat|cr[èe]me de la cr[èe]me|femme fatale|"
    r"faux pas|joie de vivre|je ne sais quoi|laissez[- ]faire|raison d['’][êe]tre|hors d['’]oeuvres?|"
    r"avant[- ]garde|cul[- ]de[- ]sac|el ni[ñn]o|la ni[ñn]a|gesundheit|zeitgeist|wunderbar|tour de force|"
    r"lorem ipsum|buenos aires|rio de janeiro|cogito,? ergo sum|rest in pace|deus ex machina|also sprach zarathustra|"
    r"caveat emptor|habeas corpus|modus operandi|magnum opus|prima facie|ex libris|ciao|bella|"
    r"caf[ée]|cr[èe]me|na[ïi]ve|fa[çc]ade|dolce vita|al dente|prosecco|aloha|namaste|shalom)\b",
    re.I,
)
"""What English has taken over, as it is."""
