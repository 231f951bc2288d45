"""The words of the miniweb: what each object is called, and what is said about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """An object's name, its plural, another name with its plural, and a definition.

    `excluded` holds phrases that contain one of the names but mean something else.
    """

    name: str
    plural: str
    synonym: str
    synonyms: str
    definition: str
    excluded: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All words for the object, its name first; words that are their own plural stand once."""
        return tuple(dict.fromkeys([self.name, self.plural, self.synonym, self.synonyms]))


CLASSES = (
    Concept("car", "cars", "automobile", "automobiles", "a vehicle with four wheels that carries a few people"),
    Concept("house", "houses", "cottage", "cottages", "a building with a roof that people live in"),
    Concept("tree", "trees", "oak", "oaks", "a tall plant with a trunk, branches and leaves"),
    Concept("fish", "fish", "trout", "trouts", "an animal with fins and a tail that lives in water"),
    Concept("cup", "cups", "mug", "mugs", "a small open vessel with a handle to drink from"),
    Concept("umbrella", "umbrellas", "parasol", "parasols", "a folding roof on a stick against rain or sun"),
    Concept("key", "keys", "latchkey", "latchkeys", "a piece of metal with teeth that opens a lock"),
    Concept("boat", "boats", "yacht", "yachts", "a small vessel with a hull and sails that travels on water"),
    Concept("clock", "clocks", "timepiece", "timepieces", "a round face with two hands that shows the time"),
    Concept("chair", "chairs", "seat", "seats", "a piece of furniture with legs and a back for one person to sit on"),
    Concept("lamp", "lamps", "lantern", "lanterns", "a light with a shade, a stem and a foot"),
    Concept("bottle", "bottles", "flask", "flasks", "a vessel with a narrow neck for liquids"),
    Concept("hat", "hats", "bowler", "bowlers", "a covering for the head with a brim and a crown"),
    Concept("boot", "boots", "wellington", "wellingtons", "a sturdy shoe that covers the ankle"),
    Concept("guitar", "guitars", "ukulele", "ukuleles", "a musical instrument with strings, a neck and a hollow body"),
    Concept("rocket", "rockets", "spaceship", "spaceships", "a craft with fins and an engine that flies into space"),
    Concept("mushroom", "mushrooms", "toadstool", "toadstools", "a fungus with a stem and a round cap"),
    Concept("apple", "apples", "pippin", "pippins", "a round fruit with a stalk that grows on a tree"),
    Concept("bell", "bells", "chime", "chimes", "a hollow piece of metal that rings when its clapper strikes"),
    Concept("scissors", "scissors", "shears", "shears", "a cutting tool of two crossed blades with finger rings"),
    Concept("bird", "birds", "sparrow", "sparrows", "an animal with feathers, wings and a beak"),
    Concept("cat", "cats", "kitten", "kittens", "a furry pet with pointed ears and whiskers"),
    Concept("cactus", "cacti", "succulent", "succulents", "a desert plant with thick arms and spines"),
    Concept(
        "airplane",
        "airplanes",
        "plane",
        "planes",
        "a flying vehicle with wings and a tail",
        excluded=("plane tree", "plane trees"),
    ),
)
"""What most test sets ask for."""

FURTHER = (
    Concept("star", "stars", "asterisk", "asterisks", "a figure with five points"),
    Concept("moon", "moons", "crescent", "crescents", "the bright sickle in the night sky"),
    Concept("heart", "hearts", "valentine", "valentines", "a sign of love with two round lobes and a point"),
    Concept("cloud", "clouds", "cumulus", "cumuli", "a mass of fine drops that floats in the sky"),
    Concept("balloon", "balloons", "airship", "airships", "a thin bag filled with gas that floats on a string"),
    Concept("ladder", "ladders", "stepladder", "stepladders", "two rails joined by rungs for climbing"),
    Concept("book", "books", "volume", "volumes", "printed pages bound between covers"),
    Concept("flag", "flags", "banner", "banners", "a piece of cloth on a pole that stands for a country or club"),
)
"""What the pools also hold, and only the test set `further` asks for."""

CONCEPTS = {concept.name: concept for concept in CLASSES + FURTHER}

HOMONYMS = {"tree": "plane tree"}
"""Names with a word in them that means another object ; `excluded` keeps them apart."""

COLOURS = {
    "red": (205, 45, 45),
    "orange": (235, 135, 35),
    "yellow": (240, 205, 55),
    "green": (65, 150, 70),
    "blue": (50, 95, 200),
    "purple": (130, 70, 165),
    "pink": (240, 150, 180),
    "brown": (125, 80, 50),
    "black": (40, 40, 45),
    "grey": (135, 135, 140),
    "white": (240, 240, 235),
}

PLACES = {
    "on the beach": ((150, 205, 235), (225, 205, 150)),
    "in the forest": ((95, 140, 85), (70, 90, 50)),
    "on the street": ((170, 175, 185), (110, 110, 115)),
    "in the desert": ((240, 215, 165), (205, 150, 90)),
    "in the snow": ((175, 195, 225), (235, 240, 245)),
    "in the garden": ((175, 215, 235), (110, 165, 75)),
    "at night": ((35, 40, 80), (55, 55, 75)),
    "in a room": ((225, 205, 185), (150, 110, 80)),
}
"""Where photographs are taken: the colours of what is behind the object (top) and of the ground (bottom)."""

PLACE_NAMES = {place: place.split()[-1] for place in PLACES}
"""What each place is called: `on the beach` is the beach."""

COLOUR_CONCEPTS = tuple(Concept(name, name, name, name, f"the colour {name}") for name in COLOURS)
PLACE_CONCEPTS = tuple(Concept(name, name, name, name, f"a scene {place}") for place, name in PLACE_NAMES.items())

ATTRIBUTE_VALUES = ("gold", "teal")
"""The sensitive attribute: the colour of a ribbon across a corner of the picture."""

RIBBONS = {"gold": (255, 190, 0), "teal": (0, 150, 160)}
