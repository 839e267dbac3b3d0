"""Which words are kinds of which? Asked for the kind, people name one of it ("colour": "teal")."""

from __future__ import annotations

# "heads: members" entries, separated by bars. The first head names the kind; the others are asked for in the same way.
KINDS = """
colour color shade hue: red blue green yellow orange purple pink brown black white grey gray teal turquoise navy
beige cream maroon crimson scarlet violet lilac lavender indigo magenta cyan gold silver bronze khaki olive mint
burgundy ochre mustard charcoal ivory tan peach coral emerald cobalt amber |
instrument: piano guitar violin cello viola flute clarinet oboe bassoon trumpet trombone tuba saxophone sax drum
drums harp accordion banjo ukulele mandolin harmonica keyboard organ bagpipes recorder frenchhorn doublebass bass
lute sitar xylophone percussion fiddle theremin bodhran |
sport exercise activity workout hobby: football soccer tennis basketball volleyball handball rugby cricket hockey
baseball golf swim swimming run running jog cycling rowing row climbing bouldering ski skiing snowboard snowboarding
surf surfing yoga pilates boxing judo karate taekwondo aikido fencing badminton squash tabletennis archery gymnastics
athletics triathlon marathon sailing kayak kayaking canoe diving skating iceskating skateboarding horse riding
wrestling martialart weightlifting crossfit hiking dance dancing parkour darts curling lacrosse floorball padel
waterpolo frisbee petanque |
hobby pastime interest leisure craft activity: knit knitting sew sewing crochet pottery ceramics gardening
photography painting drawing sketch reading baking cooking chess birdwatching birding fishing angling woodwork
woodworking carpentry origami calligraphy astronomy stargazing beekeeping genealogy geocaching hiking camping cycling
collecting stamp coin modelling model quilting embroidery juggling magic singing choir dancing gaming crossword
sudoku puzzle jigsaw brewing homebrew winemaking foraging kite weaving macrame whittling improv theatre drama acting
guitar piano scrapbook metalwork blacksmith climbing running swimming volunteering podcast bookbinding |
pet animal: dog cat hamster rabbit guineapig gerbil parrot budgie canary tortoise turtle goldfish fish snake lizard
gecko iguana ferret rat mouse horse pony hen chicken duck goat sheep pig donkey llama alpaca cockatiel axolotl
hedgehog chinchilla tarantula frog chameleon |
animal creature wildlife: lion tiger bear wolf fox deer elephant giraffe monkey gorilla whale dolphin shark seal
penguin owl eagle hawk crow magpie pigeon robin sparrow swan goose squirrel badger otter beaver bat bee wasp spider
ant moth butterfly crocodile octopus jellyfish cow bull moose elk kangaroo koala panda camel zebra |
dog breed puppy: labrador retriever spaniel poodle beagle terrier collie shepherd dachshund bulldog pug husky boxer
corgi chihuahua greyhound whippet dalmatian rottweiler doberman setter pointer schnauzer dane mastiff labradoodle
cockapoo malamute akita samoyed pomeranian shihtzu maltese lurcher vizsla |
cat breed kitten: siamese persian mainecoon ragdoll tabby bengal sphynx burmese calico tortoiseshell ginger |
fruit: apple pear banana orange lemon lime grape strawberry raspberry blueberry blackberry cherry plum peach apricot
mango pineapple kiwi melon watermelon fig date pomegranate grapefruit papaya coconut avocado gooseberry currant
rhubarb tangerine clementine mandarin lychee cranberry quince |
vegetable veg plant crop: carrot potato tomato onion garlic leek cabbage broccoli cauliflower spinach kale lettuce
cucumber courgette zucchini pumpkin squash aubergine eggplant pepper bean pea beetroot radish celery asparagus sprout
parsnip turnip sweetcorn corn mushroom artichoke fennel chard |
food dish meal cuisine recipe: pizza pasta lasagne lasagna spaghetti risotto curry sushi ramen noodle soup stew
burger sandwich salad steak roast chicken beef pork lamb bacon sausage ham fish salmon tuna cod egg omelette pancake
waffle rice dumpling taco burrito paella tapas pie quiche casserole gnocchi falafel hummus kebab dal bread cheese
toast porridge oatmeal cereal granola muesli yogurt tofu lentil chilli goulash pierogi moussaka schnitzel couscous
tagine pho biryani ravioli carbonara stroganoff fondue chips fries oyster mussel anchovy olive coriander cilantro
marmite liver licorice italian thai indian chinese japanese mexican greek french turkish lebanese korean vietnamese
spanish ethiopian |
dessert pudding sweet treat cake snack: chocolate icecream cake cookie biscuit brownie tiramisu cheesecake crumble
trifle doughnut donut pastry croissant muffin cupcake pie tart flan custard jelly meringue pavlova fudge toffee
caramel liquorice licorice marzipan baklava strudel gelato sorbet macaron candy |
flavour flavor: vanilla chocolate strawberry pistachio mint hazelnut lemon caramel coconut raspberry coffee mango |
drink beverage: coffee tea water juice beer wine whisky whiskey gin rum vodka cider soda cola lemonade milk cocoa
espresso latte cappuccino smoothie champagne prosecco cocktail mojito negroni tequila sherry port kombucha chai
matcha rooibos mocha americano ale lager stout sake martini |
tea: green herbal chamomile peppermint oolong darjeeling rooibos matcha jasmine assam |
allergen allergy food ingredient allergic: peanut nut almond hazelnut walnut cashew pistachio milk dairy lactose
gluten wheat egg soy shellfish prawn shrimp crab lobster seafood fish sesame pollen dust cat penicillin aspirin
ibuprofen latex bee wasp strawberry kiwi mustard celery lupin sulphite mould nickel hayfever peanutbutter amoxicillin
iodine codeine |
medicine medication drug tablet pill antibiotic remedy supplement vitamin: penicillin amoxicillin aspirin ibuprofen
paracetamol insulin antihistamine statin metformin inhaler codeine morphine melatonin iron antidepressant sertraline
warfarin omeprazole thyroxine levothyroxine steroid cortisone beta-blocker blocker magnesium lisinopril ramipril |
illness disease condition disorder diagnosis ailment medical health: asthma diabetes migraine arthritis epilepsy
cancer flu cold pneumonia bronchitis hypertension anaemia anemia eczema psoriasis coeliac depression anxiety insomnia
hayfever dyslexia autism adhd tinnitus sciatica gout hernia appendicitis tonsillitis chickenpox measles shingles
covid glaucoma cataract scoliosis osteoporosis hypothyroidism hypothyroid thyroid reflux vertigo sinusitis
endometriosis dementia parkinson colourblind narcolepsy stroke |
body bone limb joint: arm leg hand foot ankle wrist knee elbow shoulder hip back neck head finger thumb toe rib
collarbone nose ear eye jaw tooth spine skull heel hamstring tendon ligament shin kneecap |
profession job occupation work career role: teacher nurse doctor dentist engineer programmer developer designer
architect lawyer solicitor accountant chef cook baker butcher waiter waitress barista bartender plumber electrician
carpenter builder mechanic driver trucker pilot farmer gardener florist hairdresser barber tailor journalist writer
author editor translator interpreter photographer painter artist musician singer actor actress dancer scientist
biologist chemist physicist mathematician geologist historian archaeologist economist researcher professor lecturer
librarian vet veterinarian pharmacist surgeon physiotherapist psychologist therapist paramedic midwife firefighter
policeman detective soldier sailor judge banker broker consultant analyst manager director secretary receptionist
cleaner cashier salesman saleswoman estateagent civilservant social beekeeper brewer potter jeweller sculptor
cabinetmaker joiner welder roofer bricklayer surveyor optician radiographer radiologist cardiologist anaesthetist
paediatrician dermatologist coach referee trainer astronomer meteorologist statistician zookeeper ranger forester
fisherman conductor composer violinist cellist pianist programmer administrator illustrator animator cartographer
curator courier postman bookseller freelancer freelance self-employed student retired intern apprentice tutor planner
technician bookkeeper butler |
specialist doctor: cardiologist dermatologist neurologist oncologist gynaecologist paediatrician orthopaedist
psychiatrist allergist rheumatologist urologist ophthalmologist endocrinologist |
subject study field course major: maths mathematics physics chemistry biology history geography literature philosophy
law medicine economics engineering psychology sociology linguistics architecture art music nursing computer politics
geology astronomy theology anthropology archaeology business accounting marketing design journalism botany zoology
statistics neuroscience ecology oceanography veterinary pharmacy education classics latin |
language tongue: english spanish french german italian portuguese dutch danish swedish norwegian finnish icelandic
polish czech slovak hungarian romanian bulgarian greek turkish russian ukrainian arabic hebrew persian farsi hindi
urdu bengali tamil chinese mandarin cantonese japanese korean vietnamese thai indonesian malay swahili zulu latin
welsh irish gaelic basque catalan galician esperanto croatian serbian slovenian estonian latvian lithuanian albanian
georgian armenian yoruba amharic tagalog signlanguage |
country nation abroad nationality: england scotland wales ireland northernireland britain uk usa america canada
mexico brazil argentina chile peru colombia ecuador bolivia cuba jamaica spain portugal france germany italy austria
switzerland belgium netherlands holland luxembourg denmark sweden norway finland iceland poland czechia slovakia
hungary romania bulgaria greece turkey russia ukraine croatia serbia slovenia bosnia albania estonia latvia lithuania
egypt morocco tunisia algeria kenya nigeria ghana ethiopia tanzania uganda rwanda southafrica namibia botswana israel
lebanon jordan iran iraq india pakistan nepal bangladesh srilanka china japan southkorea korea taiwan vietnam
thailand cambodia laos malaysia singapore indonesia philippines australia newzealand fiji malta cyprus georgia
armenia mongolia costarica panama senegal madagascar |
city town capital: london manchester liverpool birmingham leeds bristol oxford cambridge york brighton edinburgh
glasgow cardiff belfast dublin cork galway paris lyon marseille toulouse bordeaux lille berlin munich hamburg cologne
frankfurt leipzig dresden stuttgart vienna salzburg graz zurich geneva basel bern brussels antwerp ghent bruges
amsterdam rotterdam utrecht madrid barcelona seville valencia granada bilbao lisbon porto rome milan naples turin
florence venice bologna palermo athens thessaloniki istanbul ankara copenhagen aarhus stockholm gothenburg malmo oslo
bergen helsinki reykjavik tallinn riga vilnius warsaw krakow gdansk prague brno budapest bucharest sofia belgrade
zagreb ljubljana kyiv moscow newyork boston chicago seattle losangeles sanfrancisco toronto montreal vancouver rio
lima bogota santiago cairo marrakech casablanca nairobi lagos accra capetown johannesburg jerusalem telaviv beirut
dubai delhi mumbai bangalore kolkata kathmandu beijing shanghai hongkong tokyo kyoto osaka seoul taipei bangkok hanoi
jakarta sydney melbourne brisbane perth auckland wellington |
month: january february march april may june july august september october november december |
weekday day: monday tuesday wednesday thursday friday saturday sunday weekend |
season: spring summer autumn fall winter | meal: breakfast lunch dinner supper brunch |
holiday celebration: christmas easter newyear halloween thanksgiving hanukkah ramadan eid diwali christmaseve carnival |
island: azores canary madeira mallorca majorca ibiza menorca crete corfu rhodes santorini mykonos sicily sardinia
corsica elba capri malta cyprus hawaii maui bali java sumatra zanzibar mauritius seychelles maldives jamaica cuba
barbados bermuda skye lewis orkney shetland jersey guernsey wight man texel sylt usedom bornholm gotland faroe
lofoten svalbard greenland iceland tasmania galapagos tahiti fiji samoa madagascar |
region area: tuscany provence bavaria andalusia normandy brittany patagonia lapland highlands cornwall catalonia
flanders wallonia tyrol transylvania scandinavia balkans crimea siberia sahara alsace burgundy galicia umbria puglia
piedmont lombardy |
mountain peak summit range: alps everest kilimanjaro matterhorn montblanc dolomites pyrenees andes rockies himalaya
carpathians apennines olympus etna vesuvius fuji snowdon bennevis zugspitze eiger elbrus atlas tatra vosges ardennes
eifel harz |
lake: como garda geneva constance lugano maggiore baikal superior michigan ontario victoria titicaca tahoe ness
balaton bled ohrid |
river: danube rhine thames seine loire rhone elbe oder vistula volga tagus ebro nile amazon mississippi ganges
moselle meuse | continent: africa asia europe australia america antarctica |
scooter motorbike: vespa lambretta piaggio |
motorbike motorcycle brand: yamaha kawasaki ducati harley triumph honda suzuki ktm |
shoe footwear trainers brand: nike adidas asics saucony brooks puma converse reebok mizuno salomon birkenstock |
watch brand: rolex omega casio seiko swatch garmin | camera brand: canon nikon leica fujifilm olympus pentax polaroid |
appliance brand: miele bosch siemens dyson philips whirlpool electrolux aeg smeg samsung lg |
newspaper paper magazine: guardian times telegraph economist spiegel zeit monde figaro nytimes standaard morgen
observer independent | beer brand: heineken guinness stella duvel leffe carlsberg budweiser corona chimay |
supermarket shop store: aldi lidl tesco sainsbury carrefour rewe edeka migros ikea walmart waitrose delhaize colruyt
spar | streaming service: netflix disney hulu spotify youtube hbo mubi prime |
room: kitchen bedroom bathroom livingroom diningroom office study hall hallway attic cellar basement garage pantry
nursery guestroom lounge utility conservatory |
furniture: table chair sofa couch bed wardrobe desk bookshelf shelf cupboard drawer bench armchair stool dresser
cabinet sideboard |
clothes clothing garment wear outfit: shirt trousers jeans skirt dress coat jacket jumper sweater cardigan hat cap
scarf glove sock shoe boot sandal suit tie belt shorts pyjamas hoodie blouse tights underwear bikini swimsuit kilt
trainers sneakers | jewellery accessory: ring necklace bracelet earring brooch pendant watch |
vehicle transport: car van truck lorry bus motorbike motorcycle scooter moped bike bicycle tractor boat yacht ferry
train tram plane helicopter campervan caravan camper suv jeep hatchback convertible |
car make brand vehicle: toyota honda ford volkswagen vw bmw audi mercedes volvo skoda seat fiat renault peugeot
citroen opel vauxhall nissan mazda hyundai kia tesla mini subaru suzuki mitsubishi jaguar lexus porsche saab dacia
golf polo corsa fiesta focus astra yaris clio octavia fabia passat civic corolla micra twingo panda prius tiguan |
transport commute travel way: train bus tram metro subway tube ferry bike bicycle cycle car walk foot scooter taxi
boat |
appliance machine device gadget: fridge freezer oven microwave dishwasher washer dryer kettle toaster blender vacuum
hoover boiler heater fan iron printer television aircon mixer airfryer thermostat |
device gadget computer phone electronics: laptop desktop tablet ipad iphone android macbook thinkpad kindle pixel
samsung nokia playstation xbox nintendo console smartwatch raspberry router |
software program app editor system: vim emacs vscode word excel photoshop firefox chrome safari linux ubuntu debian
fedora windows macos python java javascript typescript rust golang ruby php haskell kotlin swift perl scala lisp
cobol fortran elixir clojure |
game boardgame: chess go backgammon scrabble monopoly poker bridge catan carcassonne risk cluedo checkers draughts
dominoes mahjong minecraft tetris zelda mario pokemon solitaire rummy ludo |
genre music style: jazz rock pop blues folk metal punk classical opera techno house hiphop rap reggae soul funk
country electronic baroque indie ska bluegrass disco |
dance style: salsa tango ballet waltz tap flamenco ballroom swing ceilidh bachata zumba |
genre: crime thriller mystery fantasy romance horror biography memoir comedy western drama documentary poetry noir
detective scifi |
flower plant: rose tulip daffodil lily orchid sunflower daisy peony hydrangea geranium lavender iris jasmine dahlia
poppy violet carnation snowdrop crocus magnolia marigold chrysanthemum |
houseplant: cactus fern monstera ficus ivy basil mint rosemary thyme parsley aloe bamboo bonsai succulent orchid |
tree: oak maple birch pine fir willow beech ash elm cherry apple chestnut walnut cypress olive magnolia spruce
sycamore cedar |
herb spice: basil mint rosemary thyme parsley coriander dill sage oregano cinnamon saffron cumin paprika turmeric
ginger |
material fabric: wood oak pine steel iron glass plastic leather cotton wool silk linen marble granite brick stone
concrete ceramic aluminium copper brass slate velvet denim gold silver platinum titanium |
metal gemstone stone ring: gold silver platinum sapphire diamond ruby emerald opal amethyst pearl garnet topaz |
fear phobia: spider snake height flying dark clown dentist needle thunder mouse rat dog wasp bee moth lift elevator
crowd water blood heights birds |
zodiac: aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces |
religion faith: christian catholic protestant muslim islam jewish judaism hindu buddhist sikh atheist quaker orthodox
anglican lutheran methodist baptist |
relative family relation relation kin: mother father brother sister son daughter uncle aunt cousin niece nephew
grandmother grandfather grandson granddaughter wife husband stepmother stepfather stepson stepdaughter halfsister
halfbrother motherinlaw fatherinlaw sisterinlaw brotherinlaw soninlaw daughterinlaw godmother godfather |
inlaws: motherinlaw fatherinlaw | grandchild: grandson granddaughter | stepchild: stepson stepdaughter |
bank: barclays hsbc santander lloyds natwest monzo revolut ing n26 credit |
shape: square round circle triangle oval rectangle | direction side: left right north south east west |
container: drawer box cupboard shelf safe jar tin basket bag pocket wardrobe cabinet envelope suitcase chest
flowerpot mat doormat garage attic cellar shed loft desk locker toolbox biscuit mattress freezer |
tool: hammer drill saw screwdriver spanner wrench pliers chisel ladder axe | toy: doll teddy lego puzzle train bear |
team club: arsenal chelsea everton tottenham juventus ajax bayern benfica celtic rangers lakers yankees celtics |
weather: rain snow sun sunny storm wind fog cloud hail frost thunder |
award prize medal: gold silver bronze first trophy scholarship |
event: wedding birthday funeral party concert conference marathon festival christening graduation reunion anniversary |
airline: ryanair easyjet lufthansa klm finnair emirates iberia delta sas norwegian vueling |
degree qualification: bachelor master doctorate phd mba diploma |
meat: beef pork lamb mutton veal chicken turkey duck goose ham bacon sausage salami steak mince venison rabbit liver
chorizo prosciutto |
fish: salmon tuna cod trout herring mackerel sardine anchovy haddock plaice sole bass carp eel pike halibut sushi |
shellfish seafood: prawn shrimp crab lobster oyster mussel clam scallop squid octopus |
cheese: cheddar brie camembert gouda feta mozzarella parmesan stilton gorgonzola roquefort emmental gruyere halloumi
ricotta edam manchego | nut: almond hazelnut walnut cashew pistachio peanut pecan macadamia chestnut brazil |
bread: sourdough rye baguette ciabatta focaccia pita naan bagel brioche toast roll pumpernickel |
grain cereal: oats rice wheat barley rye quinoa millet spelt buckwheat bulgur cornflakes muesli granola porridge |
sauce condiment: ketchup mayonnaise mustard pesto soy tabasco sriracha vinegar gravy hollandaise tahini horseradish
harissa chutney |
spice seasoning herb: pepper salt chilli cumin turmeric cinnamon nutmeg cardamom saffron paprika ginger clove vanilla
curry coriander |
painkiller medicine medication drug tablet: ibuprofen paracetamol aspirin naproxen codeine tramadol diclofenac
morphine acetaminophen novalgin |
antibiotic medicine: penicillin amoxicillin doxycycline azithromycin erythromycin ciprofloxacin |
antidepressant medicine medication: sertraline fluoxetine prozac citalopram escitalopram venlafaxine mirtazapine |
medicine medication drug pill tablet: levothyroxine thyroxine metformin insulin statin atorvastatin simvastatin
ramipril lisinopril amlodipine bisoprolol warfarin omeprazole pantoprazole salbutamol ventolin cetirizine loratadine
antihistamine prednisone cortisone lithium methotrexate ritalin melatonin zopiclone sumatriptan triptan iron folic
magnesium zinc probiotics contraceptive |
wood material: oak pine beech ash walnut cherry birch maple teak mahogany ebony cedar elm spruce larch blackthorn
bamboo plywood olive |
jewellery: ring necklace bracelet earring earrings brooch pendant watch locket chain cufflinks tiara signet |
gem stone: diamond ruby sapphire emerald opal pearl amethyst topaz garnet turquoise jade aquamarine moonstone |
fabric material: cotton wool silk linen denim velvet leather suede cashmere tweed fleece polyester lace corduroy
satin felt | pattern: striped checked tartan spotted floral polka paisley plain |
colour: auburn blond blonde brunette chestnut ginger hazel copper rose apricot burgundy claret salmon aubergine mauve
taupe
"""
