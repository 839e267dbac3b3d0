"""Which 2,048 words stand for eleven bits each? Plain English, made for this; the order is part of the protocol.

Each has 3 to 8 letters, no two begin with the same four, and no two differ in one letter alone; they ascend.
"""

from __future__ import annotations

from typing import Final

WORDS: Final = tuple(
    """
abacus abbey absorb abstract accent account accuse acid acorn acre acrobat active actor adapt add adjust admit adobe
adult advance adverb advice aerial affair afraid after again agency agree ahead aim aircraft airport aisle alarm album
alcove alder alert algae alibi alien alike alley allow almanac almond alone alphabet alpine also always amateur amaze
amber ambush amount ample amuse analyst anatomy anchor ancient angel angle animal annex annual answer ant antenna
antique antler anvil apart apology appear april apron aquarium arcade arch arctic arena argue arise armada armor army
aroma around arrive arrow artist ascend ash aside asleep aspen asphalt asset assist athlete atlas atom attach attend
attic auction audio august aurora author autumn avenue avocado avoid awake award away awful awning axe axis azure baby
backpack bacon badge bagel baggage baker balance balcony ball bamboo banana band banjo banner barber bare bargain
barley baroque barrel basalt basil basket bat bazaar beach bead beast beauty beaver beckon become bedrock beef beehive
beetle before beggar begin behave behind beige belfry belief belong belt beluga berry better beware beyond bias
bicycle bike billion binary biology birch bird biscuit bison bistro black blade blanket blend bless blizzard bloom
blossom blouse blubber blue bluff blunt blush board bobcat body boil bold bone bonfire bonnet bonus book boost border
borough borrow boss botany bottle boulder bounce bouquet boutique boxer bracket brain brake bramble branch brass
breeze brick bridge brief bright bring broad brocade broker bronze brother brown bubble bucket budget buffalo bugle
build bulb bumper bundle bungalow bunny burden bureau burger burst bus butler buyer buzz cabbage cabin cable caboose
cactus cadet cage calf caliber camel camp canal candle cannon canoe canteen canvas capital capsule captain car caramel
carbon cargo caribou carnival carousel carpet carrot carve cascade casino castle casual catalog catch cause caviar
cedar ceiling celery cellar cement center ceramic cereal certain chain chalk champion chance chapter charm chase
chateau cheap check cheese chef chemist cherry chess chicken child chimney chip chisel choice choose chorus chowder
chronic cider cinema cinnamon cipher circle citizen citrus city civil claim clap clarify clash clean clerk clever
click client cliff climb clinic clipper cloak cloister close cloth cloud clown club cluster coach coal coast cobalt
cobbler cobra cockpit cocoa code coffee coin color column comb comedy comfort comic common compass concert condor
confirm congress conifer connect consul contest convoy copper copy cord coronet corridor cottage cougar council couple
courage cousin cover cow cowboy coyote crab cradle craft crane crater crawl crayon crazy cream creek crescent crevice
crew cricket crimson crisp critic crocus crop cross crouton crowd crucial cruise crumb crush crystal cube cubicle
cuckoo cucumber cuisine culture cup cupboard curious curl curry cursor cushion custom cutlery cycle cylinder cymbal
cypress daffodil daily dam damsel dance danger dapper daring dark date daughter dawn dazzle deal debate debris decade
december deck decorate deep default defend degree delay delight delta deluxe demand denim density dentist depot depth
deputy derby descend desert design detail detect device devote dew diagram diamond diary dice dictate diesel diet
differ dig digest digit dinner dinosaur diploma direct disco dish distant ditch divide dizzy doctor doll dolphin
domain dome donate donkey donor dormant dot double dough dozen dragon drama drapery draw dress drift drill drink drive
drizzle drought druid drum dry dumpling dune duplex durable dusk duty dynamo eager eagle early earn earring earth ease
ebony echo eclair eclipse ecology edge edible edit effect effort egg eggplant eight either elbow elect elegant element
elevator elf elite embark emblem embrace emerald emotion emperor empire employ empty enable enamel encore end endless
energy engine engrave enigma enjoy enlist enough enrich ensign entire entry envelope epic episode epoch equal equip
era errand escape escort espresso essay estate esteem eternal ethics even evolve exact example excess exchange excite
exhale exhibit exile exotic expand expert explore express extra eye eyebrow fabric facade face faint fair faith falcon
falsetto family famous fan fancy fanfare farm fashion fast father fatigue faucet fauna favor february federal feed
feline fellow female fence fender fern fetch fiber fiction fiddle field fiesta fifteen figure filament file filter
final find finger finish first fiscal fit fixture flag flame flannel fleece flesh flicker flight float flock flood
florist flour flow fluid flurry flute fly flywheel foam focus fog folder foliage folk fondue foot force forest forget
forum forward fossil foster found fragile freckle free freight friend frigate fringe frisbee front frozen fruit fuel
fugitive function fungus funnel fur furnace furrow fusion future gadget galaxy gallery gambit game gap garage garden
garlic garment garnet gasoline gauge gauntlet gear gelatin gem gemstone general genius gentle genuine geology gesture
geyser giant gift giggle giraffe give glacier glad glance glass glaze gleam glide glimpse glisten globe glory glossary
glucose gnome goat goblin golf gondola goodness goose gopher gorge gorilla gossip gourmet govern gown grace graduate
grammar grand grateful gravel gray grease green grid grizzly grocer groove grotto grow guard guava guess guinea guitar
gull gumdrop gust gutter gymnast habit haddock halibut halo hamlet hammer hamster hangar happy harbor hard harmony
harness harvest haven hawk hay haystack hazel health heart heel helium helmet help hemlock hen herald herb heritage
hermit herring hexagon hibiscus hickory hidden high hill hinge hint hippo hire history hobby hockey hole holiday
hollow honest hood horizon horn horse hospital host hotel hour hubcap huddle human humble humid humor hundred hungry
husband hut hyacinth hybrid hydrogen hyena hymn iceberg icicle icon idea identity idiom idle igloo iguana illusion
image imitate immense impact imperial import improve impulse inbox incense inch include income index indigo indoor
infant infinite influx inform ingot inherit initial inject ink inlet innate input inquire inside inspire install
intact integer intro invent invite iodine iris island isolate item ivory ivy jacket jade jaguar janitor january
jasmine javelin jawbone jazz jelly jersey jest jewel jigsaw jingle job jogger joke journal jubilee judge judo juggle
juice july jump junior jupiter kale kangaroo karate kayak kebab keen kennel kerosene ketchup kettle key keyboard kick
kid kidney kilogram kilt kimono king kinship kiosk kitchen kite kitten kiwi knapsack knee knife knight knit knock know
knuckle koala label labor lacquer ladder ladle lady lagoon lake lamb language lantern large lasagna laser lasso
lattice laugh laundry laurel lava lavender law lawyer leader leaf league leather lecture ledger left leg legal legend
leisure lemon length lens lentil leopard lesson level liaison liberty library license lichen life lilac lily limit
linen lion lip lipstick liquid list litmus little lizard llama loan lobster local locust lodestar lodge logic lollipop
lonely long loop lotus lounge love lucky luggage lullaby lumber luminous lunar lunch lure luxury lynx lyric macaroni
machine mackerel madam magenta magic magnet magpie mahogany maid majesty major mallet mammal manage mandolin maneuver
mango manifest mansion mantle manual maple marathon marble margin marina maroon marquee marsh marvel mascot mason
master matrix meadow meander measure meat mechanic medal medium melody member memory mental menu mercy merge merit
mermaid mesh message meteor method metro microbe midnight migrate mild mimic mimosa mineral minnow minstrel minute
miracle mirror missile mix mobile moccasin model module moisture molasses molecule moment mongoose monitor monsoon
month monument moon mop moral morning morsel mortar mosaic mosquito motor motto mouse movie mud muffin mulberry mule
multiply muscle museum mushroom music muslin mustard mutton mutual muzzle myself mystery myth nacho nail nanny napkin
nation nature nautical navigate navy nebula nectar needle negative neglect neighbor neon nephew neptune nerve net
network neuron neutral never newborn news newton nickel niece nimble nine nitrogen noble nobody nocturne nod noise
nomad noodle normal north nostril notable note nothing notice nougat novel nozzle nuance nuclear nugget nurse nutmeg
nutrient nylon oak oasis oatmeal oats obelisk obey object oblige observe obtain obvious occasion ocean octagon october
offer office often okay olive omega omelet omit omnibus onion online only onward onyx opal opaque open opera opinion
oppose option oracle orange oration orb orbit orchard oregano organ orient origin ornament osprey ostrich other
outcome outdoor outer outfit outline outpost owl owner oxbow oxide oxygen oyster ozone pacific package paddle padlock
pajamas palace palette palm pancake panda panel panic panorama panther papaya paper paprika parade parcel pardon
parent parlor parsley passage pasta path patient patrol pattern pave pavilion payment pea peace peanut pearl peasant
pebble pedestal pelican pencil penguin pension people pepper perfect person petal petunia phone photo phrase physics
piano picnic picture pier pigeon pigment pilgrim pillow pilot pimento pin pinball pinnacle pioneer pipe piston pizza
plain planet plastic plate play plaza please pledge plenty plug plunge plural plywood pocket podium poem point polar
police polka pollen polygon pond pontoon pool popcorn poppy popular porch porridge port pose position postcard potato
potion pottery poultry powder praise precise prefer premium prepare present pretty price primary priority prism
private problem process produce program project prologue promise proof proper proud provide prune public pudding
pueblo pulp pulse puma pupil puppet purchase purple push pyramid python quadrant quail quality quantum quarry queen
query quest queue quick quiet quill quite quiver quiz quorum rabbit raccoon radar radio ragtime rally random rapid
rapport rascal rattle ravine razor ready reason rebel rebound recall receive recipe record recruit red reduce redwood
referee reflect reform refresh refuse regatta reggae region regular rehearse reindeer rejoice relax release rely
remain remedy remind remote renown rent repair repeat report reptile republic rescue resist respect restore result
retire retreat return reunion reveal review reward rhubarb rhythm rib ribbon rich ride rigid rinse ripple risk ritual
rival river robin robot robust rodeo romance room rooster rope rotate rotunda routine rowboat royal rubber ruby rudder
ruffle rug ruin rural sack sacred safari safe saffron saga salad salmon salsa salt salute sapling sapphire sardine
satchel satin sauce sausage savanna scaffold scale scan scarf scatter scene schedule school science scissors scoop
scope scout scrap screen script scroll scrub scuba sculptor seagull search seaweed second secret section seek segment
semester seminar senate senior sense sentence sequence serene sergeant series serpent sesame session setback shade
shaft shallow shampoo shed sheep shelf sheriff shield shine shirt shock shoe shoulder shovel shrimp shuffle shy
sidewalk siege sign silent silk silver similar simple since siren sister size skate skeleton sketch ski skill skipper
skyline slab slender slice slim slogan slot small smart smile smoke smooth snake snap snorkel soccer social soda soft
soldier solid solution solve someone sonata soprano soul south space spaniel spatula speak special speed spell sphere
spider spike spiral splash splendid split sponge spoon spray spread spring sprout spruce square squid stable stadium
staff stage stair stallion stamp stand stay steel stellar stencil step stereo steward stick sting stipend stirrup
stomach stone stool straw stream strike strong student sturdy style subject subway success sudden suede sugar suggest
suit sulfur summer sun sunrise supper surf surgeon surplus survey sushi suspend swarm sweater sweet swift swirl switch
sword sycamore symphony syntax syrup system tabby tackle tactic tadpole talent talisman talk tape target tariff
tarragon tartan tassel taste tavern taxi team teapot telegram tell temple tenant tennis terrace text thank theater
theme theory thermal thesis thick thimble thing thirst thistle thought thread thrive throne thumb thunder tiara ticket
tidy tiger timber time timid tincture tired tissue title toboggan today toddler together token tomato tomorrow tongue
tonic tooth topaz topple tornado torrent tortoise total totem toucan toward tower toy track trade traffic trail
transit trap treat trellis trend trial tribe trident trigger trilogy trim trolley trophy trouble trowel true trumpet
trunk trust truth tub tugboat tulip tuna tundra tungsten turkey turmoil turn turtle tutor tweed twelve twenty twice
twig twilight twist typhoon ultimate umbrella uncle under unfold unicorn uniform unique universe unknown unlock until
unveil upbeat update upgrade uphill uplift upright upset upstairs uranium urban urge useful usher usual utensil
utility utmost vacant vaccine vacuum vagabond vague valid valve vanguard vanilla vapor various vault vector vehicle
velvet vendor venison venture veranda verdict verify verse vertical vessel veteran viaduct victory video view vigil
village vintage violet viper virtue visa viscount vision vital vivid voice volcano volume vortex voucher voyage waffle
wagon wagtail waist walnut walrus waltz wander wardrobe warning warrior wasp water wax weasel weave web wedding weird
welcome welfare wetland whale wharf wheat whimsy whisper white wicker widow width wigwam winter wisdom wise witness
woman wombat work world worry wrapper wreath wrench wrestle yacht yes yogurt yonder young zebra zenith zephyr zeppelin
zero zigzag zinc zipper zodiac zoo zucchini
""".split()
)
