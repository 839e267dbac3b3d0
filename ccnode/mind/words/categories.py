"""Which words are kinds of which? A question asks for the kind, the answer names one of it ("colour": "teal")."""

from __future__ import annotations

# heads: members. The first word of `heads` names the category; the others are asked for in the same way.
CATEGORIES = """
colour color shade hue: red blue green yellow orange purple pink brown black white grey gray teal turquoise navy
 beige cream maroon crimson scarlet violet lilac lavender indigo magenta cyan gold silver bronze khaki olive mint burgundy
 ochre mustard charcoal ivory tan peach coral emerald cobalt amber
instrument: piano guitar violin cello viola flute clarinet oboe bassoon trumpet trombone tuba saxophone sax drum drums
 harp accordion banjo ukulele mandolin harmonica keyboard organ bagpipes recorder frenchhorn doublebass bass lute sitar
 xylophone percussion fiddle theremin bodhran
sport exercise activity workout hobby: football soccer tennis basketball volleyball handball rugby cricket hockey
 baseball golf swim swimming run running jog cycling rowing row climbing bouldering ski skiing snowboard snowboarding surf surfing
 yoga pilates boxing judo karate taekwondo aikido fencing badminton squash tabletennis archery gymnastics athletics triathlon
 marathon sailing kayak kayaking canoe diving skating iceskating skateboarding horse riding wrestling martialart weightlifting
 crossfit hiking dance dancing parkour darts curling lacrosse floorball padel waterpolo frisbee petanque
hobby pastime interest leisure craft activity: knit knitting sew sewing crochet pottery ceramics gardening photography painting drawing
 sketch reading baking cooking chess birdwatching birding fishing angling woodwork woodworking carpentry origami calligraphy
 astronomy stargazing beekeeping genealogy geocaching hiking camping cycling collecting stamp coin modelling model quilting
 embroidery juggling magic singing choir dancing gaming crossword sudoku puzzle jigsaw brewing homebrew winemaking foraging
 kite weaving macrame whittling improv theatre drama acting guitar piano scrapbook metalwork blacksmith climbing running swimming
 volunteering podcast bookbinding
pet animal: dog cat hamster rabbit guineapig gerbil parrot budgie canary tortoise turtle goldfish fish snake lizard gecko
 iguana ferret rat mouse horse pony hen chicken duck goat sheep pig donkey llama alpaca cockatiel axolotl hedgehog
 chinchilla tarantula frog chameleon
animal creature wildlife: lion tiger bear wolf fox deer elephant giraffe monkey gorilla whale dolphin shark seal penguin owl eagle
 hawk crow magpie pigeon robin sparrow swan goose squirrel badger otter beaver bat bee wasp spider ant moth butterfly
 crocodile octopus jellyfish cow bull moose elk kangaroo koala panda camel zebra
dog breed puppy: labrador retriever spaniel poodle beagle terrier collie shepherd dachshund bulldog pug husky boxer corgi
 chihuahua greyhound whippet dalmatian rottweiler doberman setter pointer schnauzer dane mastiff labradoodle cockapoo
 malamute akita samoyed pomeranian shihtzu maltese lurcher vizsla
cat breed kitten: siamese persian mainecoon ragdoll tabby bengal sphynx burmese calico tortoiseshell ginger
fruit: apple pear banana orange lemon lime grape strawberry raspberry blueberry blackberry cherry plum peach apricot mango
 pineapple kiwi melon watermelon fig date pomegranate grapefruit papaya coconut avocado gooseberry currant rhubarb
 tangerine clementine mandarin lychee cranberry quince
vegetable veg plant crop: carrot potato tomato onion garlic leek cabbage broccoli cauliflower spinach kale lettuce cucumber
 courgette zucchini pumpkin squash aubergine eggplant pepper bean pea beetroot radish celery asparagus sprout parsnip
 turnip sweetcorn corn mushroom artichoke fennel chard
food dish meal cuisine recipe: pizza pasta lasagne lasagna spaghetti risotto curry sushi ramen noodle soup stew burger
 sandwich salad steak roast chicken beef pork lamb bacon sausage ham fish salmon tuna cod egg omelette pancake waffle rice
 dumpling taco burrito paella tapas pie quiche casserole gnocchi falafel hummus kebab dal bread cheese toast porridge oatmeal
 cereal granola muesli yogurt tofu lentil chilli goulash pierogi moussaka schnitzel couscous tagine pho biryani ravioli
 carbonara stroganoff fondue chips fries oyster mussel anchovy olive coriander cilantro marmite liver licorice
 italian thai indian chinese japanese mexican greek french turkish lebanese korean vietnamese spanish ethiopian
dessert pudding sweet treat cake snack: chocolate icecream cake cookie biscuit brownie tiramisu cheesecake crumble trifle doughnut donut
 pastry croissant muffin cupcake pie tart flan custard jelly meringue pavlova fudge toffee caramel liquorice licorice
 marzipan baklava strudel gelato sorbet macaron candy
flavour flavor: vanilla chocolate strawberry pistachio mint hazelnut lemon caramel coconut raspberry coffee mango
drink beverage: coffee tea water juice beer wine whisky whiskey gin rum vodka cider soda cola lemonade milk cocoa espresso latte
 cappuccino smoothie champagne prosecco cocktail mojito negroni tequila sherry port kombucha chai matcha rooibos mocha
 americano ale lager stout sake martini
tea: green herbal chamomile peppermint oolong darjeeling rooibos matcha jasmine assam
allergen allergy food ingredient allergic: peanut nut almond hazelnut walnut cashew pistachio milk dairy lactose gluten wheat egg soy
 shellfish prawn shrimp crab lobster seafood fish sesame pollen dust cat penicillin aspirin ibuprofen latex bee wasp
 strawberry kiwi mustard celery lupin sulphite mould nickel hayfever peanutbutter amoxicillin iodine codeine
medicine medication drug tablet pill antibiotic remedy supplement vitamin: penicillin amoxicillin aspirin ibuprofen paracetamol insulin
 antihistamine statin metformin inhaler codeine morphine melatonin iron antidepressant sertraline warfarin omeprazole
 thyroxine levothyroxine steroid cortisone beta-blocker blocker magnesium lisinopril ramipril
illness disease condition disorder diagnosis ailment medical health: asthma diabetes migraine arthritis epilepsy cancer flu cold
 pneumonia bronchitis hypertension anaemia anemia eczema psoriasis coeliac depression anxiety insomnia hayfever dyslexia
 autism adhd tinnitus sciatica gout hernia appendicitis tonsillitis chickenpox measles shingles covid glaucoma cataract
 scoliosis osteoporosis hypothyroidism hypothyroid thyroid reflux vertigo sinusitis endometriosis dementia parkinson
 colourblind narcolepsy stroke
body bone limb joint: arm leg hand foot ankle wrist knee elbow shoulder hip back neck head finger thumb
 toe rib collarbone nose ear eye jaw tooth spine skull heel hamstring tendon ligament shin kneecap
profession job occupation work career role: teacher nurse doctor dentist engineer programmer developer designer architect
 lawyer solicitor accountant chef cook baker butcher waiter waitress barista bartender plumber electrician carpenter builder
 mechanic driver trucker pilot farmer gardener florist hairdresser barber tailor journalist writer author editor translator
 interpreter photographer painter artist musician singer actor actress dancer scientist biologist chemist physicist
 mathematician geologist historian archaeologist economist researcher professor lecturer librarian vet veterinarian
 pharmacist surgeon physiotherapist psychologist therapist paramedic midwife firefighter policeman detective soldier
 sailor judge banker broker consultant analyst manager director secretary receptionist cleaner cashier salesman
 saleswoman estateagent civilservant social beekeeper brewer potter jeweller sculptor cabinetmaker joiner welder roofer
 bricklayer surveyor optician radiographer radiologist cardiologist anaesthetist paediatrician dermatologist coach
 referee trainer astronomer meteorologist statistician zookeeper ranger forester fisherman conductor composer violinist
 cellist pianist programmer administrator illustrator animator cartographer curator courier postman bookseller
 freelancer freelance self-employed student retired intern apprentice tutor planner technician bookkeeper butler
specialist doctor: cardiologist dermatologist neurologist oncologist gynaecologist paediatrician orthopaedist psychiatrist
 allergist rheumatologist urologist ophthalmologist endocrinologist
subject study field course major: maths mathematics physics chemistry biology history geography literature philosophy law
 medicine economics engineering psychology sociology linguistics architecture art music nursing computer politics geology
 astronomy theology anthropology archaeology business accounting marketing design journalism botany zoology statistics
 neuroscience ecology oceanography veterinary pharmacy education classics latin
language tongue: english spanish french german italian portuguese dutch danish swedish norwegian finnish icelandic polish czech
 slovak hungarian romanian bulgarian greek turkish russian ukrainian arabic hebrew persian farsi hindi urdu bengali tamil
 chinese mandarin cantonese japanese korean vietnamese thai indonesian malay swahili zulu latin welsh irish gaelic basque
 catalan galician esperanto croatian serbian slovenian estonian latvian lithuanian albanian georgian armenian yoruba
 amharic tagalog signlanguage
country nation abroad nationality: england scotland wales ireland northernireland britain uk usa america canada mexico brazil
 argentina chile peru colombia ecuador bolivia cuba jamaica spain portugal france germany italy austria switzerland belgium
 netherlands holland luxembourg denmark sweden norway finland iceland poland czechia slovakia hungary romania bulgaria
 greece turkey russia ukraine croatia serbia slovenia bosnia albania estonia latvia lithuania egypt morocco tunisia
 algeria kenya nigeria ghana ethiopia tanzania uganda rwanda southafrica namibia botswana israel lebanon jordan iran iraq
 india pakistan nepal bangladesh srilanka china japan southkorea korea taiwan vietnam thailand cambodia laos malaysia
 singapore indonesia philippines australia newzealand fiji malta cyprus georgia armenia mongolia costarica panama
 senegal madagascar
city town capital: london manchester liverpool birmingham leeds bristol oxford cambridge york brighton edinburgh glasgow
 cardiff belfast dublin cork galway paris lyon marseille toulouse bordeaux lille berlin munich hamburg cologne
 frankfurt leipzig dresden stuttgart vienna salzburg graz zurich geneva basel bern brussels antwerp ghent bruges
 amsterdam rotterdam utrecht madrid barcelona seville valencia granada bilbao lisbon porto rome milan naples turin
 florence venice bologna palermo athens thessaloniki istanbul ankara copenhagen aarhus stockholm gothenburg malmo oslo
 bergen helsinki reykjavik tallinn riga vilnius warsaw krakow gdansk prague brno budapest bucharest sofia belgrade zagreb
 ljubljana kyiv moscow newyork boston chicago seattle losangeles sanfrancisco toronto montreal vancouver rio
 lima bogota santiago cairo marrakech casablanca nairobi lagos accra capetown johannesburg jerusalem telaviv beirut dubai
 delhi mumbai bangalore kolkata kathmandu beijing shanghai hongkong tokyo kyoto osaka seoul taipei bangkok hanoi
 jakarta sydney melbourne brisbane perth auckland wellington
month: january february march april may june july august september october november december
weekday day: monday tuesday wednesday thursday friday saturday sunday weekend
season: spring summer autumn fall winter
meal: breakfast lunch dinner supper brunch
holiday celebration: christmas easter newyear halloween thanksgiving hanukkah ramadan eid diwali christmaseve carnival
island: azores canary madeira mallorca majorca ibiza menorca crete corfu rhodes santorini mykonos sicily sardinia corsica elba capri malta
 cyprus hawaii maui bali java sumatra zanzibar mauritius seychelles maldives jamaica cuba barbados bermuda skye lewis orkney shetland
 jersey guernsey wight man texel sylt usedom bornholm gotland faroe lofoten svalbard greenland iceland tasmania galapagos tahiti
 fiji samoa madagascar
region area: tuscany provence bavaria andalusia normandy brittany patagonia lapland highlands cornwall catalonia flanders wallonia tyrol
 transylvania scandinavia balkans crimea siberia sahara alsace burgundy galicia umbria puglia piedmont lombardy
mountain peak summit range: alps everest kilimanjaro matterhorn montblanc dolomites pyrenees andes rockies himalaya carpathians apennines
 olympus etna vesuvius fuji snowdon bennevis zugspitze eiger elbrus atlas tatra vosges ardennes eifel harz
lake: como garda geneva constance lugano maggiore baikal superior michigan ontario victoria titicaca tahoe ness balaton bled ohrid
river: danube rhine thames seine loire rhone elbe oder vistula volga tagus ebro nile amazon mississippi ganges moselle meuse
continent: africa asia europe australia america antarctica
scooter motorbike: vespa lambretta piaggio
motorbike motorcycle brand: yamaha kawasaki ducati harley triumph honda suzuki ktm
shoe footwear trainers brand: nike adidas asics saucony brooks puma converse reebok mizuno salomon birkenstock
watch brand: rolex omega casio seiko swatch garmin
camera brand: canon nikon leica fujifilm olympus pentax polaroid
appliance brand: miele bosch siemens dyson philips whirlpool electrolux aeg smeg samsung lg
newspaper paper magazine: guardian times telegraph economist spiegel zeit monde figaro nytimes standaard morgen observer independent
beer brand: heineken guinness stella duvel leffe carlsberg budweiser corona chimay
supermarket shop store: aldi lidl tesco sainsbury carrefour rewe edeka migros ikea walmart waitrose delhaize colruyt spar
streaming service: netflix disney hulu spotify youtube hbo mubi prime
room: kitchen bedroom bathroom livingroom diningroom office study hall hallway attic cellar basement garage pantry nursery guestroom
 lounge utility conservatory
furniture: table chair sofa couch bed wardrobe desk bookshelf shelf cupboard drawer bench armchair stool dresser cabinet sideboard
clothes clothing garment wear outfit: shirt trousers jeans skirt dress coat jacket jumper sweater cardigan hat cap scarf glove sock
 shoe boot sandal suit tie belt shorts pyjamas hoodie blouse tights underwear bikini swimsuit kilt trainers sneakers
jewellery accessory: ring necklace bracelet earring brooch pendant watch
vehicle transport: car van truck lorry bus motorbike motorcycle scooter moped bike bicycle tractor boat yacht ferry train tram
 plane helicopter campervan caravan camper suv jeep hatchback convertible
car make brand vehicle: toyota honda ford volkswagen vw bmw audi mercedes volvo skoda seat fiat renault peugeot citroen opel
 vauxhall nissan mazda hyundai kia tesla mini subaru suzuki mitsubishi jaguar lexus porsche saab dacia golf polo corsa
 fiesta focus astra yaris clio octavia fabia passat civic corolla micra twingo panda prius tiguan
transport commute travel way: train bus tram metro subway tube ferry bike bicycle cycle car walk foot scooter taxi boat
appliance machine device gadget: fridge freezer oven microwave dishwasher washer dryer kettle toaster blender vacuum hoover boiler
 heater fan iron printer television aircon mixer airfryer thermostat
device gadget computer phone electronics: laptop desktop tablet ipad iphone android macbook thinkpad kindle pixel samsung nokia
 playstation xbox nintendo console smartwatch raspberry router
software program app editor system: vim emacs vscode word excel photoshop firefox chrome safari linux ubuntu debian
 fedora windows macos python java javascript typescript rust golang ruby php haskell kotlin swift perl scala lisp cobol
 fortran elixir clojure
game boardgame: chess go backgammon scrabble monopoly poker bridge catan carcassonne risk cluedo checkers draughts dominoes mahjong
 minecraft tetris zelda mario pokemon solitaire rummy ludo
genre music style: jazz rock pop blues folk metal punk classical opera techno house hiphop rap reggae soul funk country electronic
 baroque indie ska bluegrass disco
dance style: salsa tango ballet waltz tap flamenco ballroom swing ceilidh bachata zumba
genre: crime thriller mystery fantasy romance horror biography memoir comedy western drama documentary poetry
 noir detective scifi
flower plant: rose tulip daffodil lily orchid sunflower daisy peony hydrangea geranium lavender iris jasmine dahlia poppy violet
 carnation snowdrop crocus magnolia marigold chrysanthemum
houseplant: cactus fern monstera ficus ivy basil mint rosemary thyme parsley aloe bamboo bonsai succulent orchid
tree: oak maple birch pine fir willow beech ash elm cherry apple chestnut walnut cypress olive magnolia spruce sycamore cedar
herb spice: basil mint rosemary thyme parsley coriander dill sage oregano cinnamon saffron cumin paprika turmeric ginger
material fabric: wood oak pine steel iron glass plastic leather cotton wool silk linen marble granite brick stone concrete ceramic
 aluminium copper brass slate velvet denim gold silver platinum titanium
metal gemstone stone ring: gold silver platinum sapphire diamond ruby emerald opal amethyst pearl garnet topaz
fear phobia: spider snake height flying dark clown dentist needle thunder mouse rat dog wasp bee moth lift elevator
 crowd water blood heights birds
zodiac: aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces
religion faith: christian catholic protestant muslim islam jewish judaism hindu buddhist sikh atheist quaker orthodox anglican
 lutheran methodist baptist
relative family relation relation kin: mother father brother sister son daughter uncle aunt cousin niece nephew grandmother
 grandfather grandson granddaughter wife husband stepmother stepfather stepson stepdaughter halfsister halfbrother
 motherinlaw fatherinlaw sisterinlaw brotherinlaw soninlaw daughterinlaw godmother godfather
inlaws: motherinlaw fatherinlaw
grandchild: grandson granddaughter
stepchild: stepson stepdaughter
bank: barclays hsbc santander lloyds natwest monzo revolut ing n26 credit
shape: square round circle triangle oval rectangle
direction side: left right north south east west
container: drawer box cupboard shelf safe jar tin basket bag pocket wardrobe cabinet envelope suitcase chest flowerpot
 mat doormat garage attic cellar shed loft desk locker toolbox biscuit mattress freezer
tool: hammer drill saw screwdriver spanner wrench pliers chisel ladder axe
toy: doll teddy lego puzzle train bear
team club: arsenal chelsea everton tottenham juventus ajax bayern benfica celtic rangers lakers yankees celtics
weather: rain snow sun sunny storm wind fog cloud hail frost thunder
award prize medal: gold silver bronze first trophy scholarship
event: wedding birthday funeral party concert conference marathon festival christening graduation reunion anniversary
airline: ryanair easyjet lufthansa klm finnair emirates iberia delta sas norwegian vueling
degree qualification: bachelor master doctorate phd mba diploma
meat: beef pork lamb mutton veal chicken turkey duck goose ham bacon sausage salami steak mince venison rabbit liver chorizo prosciutto
fish: salmon tuna cod trout herring mackerel sardine anchovy haddock plaice sole bass carp eel pike halibut sushi
shellfish seafood: prawn shrimp crab lobster oyster mussel clam scallop squid octopus
cheese: cheddar brie camembert gouda feta mozzarella parmesan stilton gorgonzola roquefort emmental gruyere halloumi ricotta edam manchego
nut: almond hazelnut walnut cashew pistachio peanut pecan macadamia chestnut brazil
bread: sourdough rye baguette ciabatta focaccia pita naan bagel brioche toast roll pumpernickel
grain cereal: oats rice wheat barley rye quinoa millet spelt buckwheat bulgur cornflakes muesli granola porridge
sauce condiment: ketchup mayonnaise mustard pesto soy tabasco sriracha vinegar gravy hollandaise tahini horseradish harissa chutney
spice seasoning herb: pepper salt chilli cumin turmeric cinnamon nutmeg cardamom saffron paprika ginger clove vanilla curry coriander
painkiller medicine medication drug tablet: ibuprofen paracetamol aspirin naproxen codeine tramadol diclofenac morphine acetaminophen novalgin
antibiotic medicine: penicillin amoxicillin doxycycline azithromycin erythromycin ciprofloxacin
antidepressant medicine medication: sertraline fluoxetine prozac citalopram escitalopram venlafaxine mirtazapine
medicine medication drug pill tablet: levothyroxine thyroxine metformin insulin statin atorvastatin simvastatin ramipril lisinopril amlodipine
 bisoprolol warfarin omeprazole pantoprazole salbutamol ventolin cetirizine loratadine antihistamine prednisone cortisone lithium methotrexate
 ritalin melatonin zopiclone sumatriptan triptan iron folic magnesium zinc probiotics contraceptive
wood material: oak pine beech ash walnut cherry birch maple teak mahogany ebony cedar elm spruce larch blackthorn bamboo plywood olive
jewellery: ring necklace bracelet earring earrings brooch pendant watch locket chain cufflinks tiara signet
gem stone: diamond ruby sapphire emerald opal pearl amethyst topaz garnet turquoise jade aquamarine moonstone
fabric material: cotton wool silk linen denim velvet leather suede cashmere tweed fleece polyester lace corduroy satin felt
pattern: striped checked tartan spotted floral polka paisley plain
colour: auburn blond blonde brunette chestnut ginger hazel copper rose apricot burgundy claret salmon aubergine mauve taupe
bird: robin sparrow blackbird thrush magpie crow raven owl hawk eagle falcon kestrel heron stork swan goose duck pigeon dove woodpecker
 kingfisher swallow swift starling finch wren tit nightingale cuckoo seagull gull puffin pelican flamingo peacock pheasant parrot budgie canary
 cockatoo hummingbird ostrich penguin vulture kite buzzard lapwing
insect bug: bee wasp ant fly mosquito moth butterfly beetle ladybird grasshopper cricket cockroach dragonfly flea tick hornet earwig
reptile: snake lizard gecko tortoise turtle crocodile alligator iguana chameleon python
rodent: mouse rat hamster squirrel gerbil guineapig chinchilla beaver
dinosaur: tyrannosaurus triceratops stegosaurus velociraptor diplodocus brachiosaurus pterodactyl ankylosaurus
finger: thumb index pinky
toe foot: toe
rodent: mouse mice rat
animal creature: otter hedgehog badger fox squirrel hare deer boar bison moose reindeer lynx leopard cheetah jaguar puma panther hyena
 meerkat sloth anteater armadillo platypus wombat lemur orangutan chimpanzee baboon walrus narwhal orca dolphin whale seal octopus squid
 jellyfish starfish seahorse ray crab lobster snail slug worm frog toad newt salamander axolotl donkey mule ox bull cow calf sheep goat pig
 llama alpaca camel zebra giraffe hippo rhino elephant lion tiger bear wolf unicorn dragon
cat breed: siamese persian bengal ragdoll mainecoon sphynx burmese abyssinian tabby tortoiseshell chartreux norwegian calico
dog breed: labrador retriever poodle beagle dachshund terrier whippet greyhound collie spaniel setter pointer husky malamute bulldog boxer
 mastiff rottweiler doberman pinscher schnauzer corgi chihuahua pug pomeranian shihtzu maltese bichon havanese cockapoo labradoodle
 goldendoodle weimaraner vizsla ridgeback bernese newfoundland leonberger saluki basset bloodhound lurcher mongrel mutt podenco galgo
horse breed: arab haflinger friesian shetland icelandic hanoverian thoroughbred shire clydesdale fjord appaloosa lipizzaner connemara
car make brand: acura aston bentley buick cadillac chevrolet chevy chrysler citroen cupra dodge ferrari genesis infiniti isuzu iveco jeep
 lada lamborghini lancia landrover maserati maybach mg morris pontiac rolls rover smart ssangyong tata trabant triumph wartburg byd polestar
car model: beetle micra jazz civic accord corolla prius aygo fiesta mondeo kuga clio megane kangoo scenic twingo zoe leaf punto panda ibiza leon
 octavia fabia superb yeti kodiaq golf polo passat tiguan touran up astra corsa insignia zafira sandero duster berlingo picasso
bike brand: giant trek specialized cannondale brompton gazelle koga cube canyon scott bianchi batavus cervelo raleigh
phone brand model: iphone samsung galaxy pixel nokia motorola xiaomi huawei oneplus fairphone sony blackberry oppo honor
computer laptop brand: thinkpad lenovo dell hp acer asus macbook apple imac surface chromebook toshiba framework msi raspberry
software app program: excel word photoshop lightroom gimp blender figma slack zoom teams whatsapp signal telegram notion evernote obsidian
 outlook thunderbird gmail chrome firefox safari edge duolingo anki strava spotify netflix libreoffice autocad matlab
social network app: facebook instagram twitter tiktok snapchat linkedin mastodon bluesky reddit pinterest whatsapp
operating system: linux windows ubuntu debian fedora arch macos android ios
programming language: python java javascript typescript rust golang ruby php kotlin swift perl scala lisp cobol fortran haskell sql
genre music: jazz rock pop blues folk metal punk classical opera techno house hiphop rap reggae soul funk country baroque indie ska disco
composer musician: bach mozart beethoven brahms schubert schumann chopin liszt wagner verdi puccini vivaldi handel haydn mahler debussy ravel
 satie tchaikovsky rachmaninov stravinsky dvorak grieg sibelius bartok shostakovich mendelssohn rossini purcell elgar
band singer musician artist: beatles stones queen abba radiohead coldplay oasis blur u2 nirvana metallica pinkfloyd floyd zeppelin
 bowie dylan cohen springsteen madonna prince adele beyonce rihanna sheeran swift eminem kraftwerk genesis toto
painter artist: rembrandt vermeer vangogh gogh monet manet renoir cezanne picasso matisse dali miro klimt kandinsky klee magritte bruegel
 rubens caravaggio botticelli michelangelo turner constable hopper warhol rothko kahlo munch durer
author writer: shakespeare dickens austen bronte hardy woolf orwell huxley tolkien rowling christie doyle wilde joyce beckett tolstoy
 dostoevsky chekhov kafka goethe schiller mann hesse proust camus sartre hugo dumas zola verne hemingway steinbeck twain poe melville
 king atwood murakami ishiguro marquez borges neruda eco calvino ferrante pratchett adams asimov
play theatre opera musical: hamlet macbeth othello faust godot carmen tosca aida nabucco traviata rigoletto cats hamilton miserables
 giselle nutcracker messiah
novel book: ulysses middlemarch dune emma hobbit gatsby lolita dracula frankenstein moby quixote odyssey iliad karenina
city town: aberdeen dundee inverness newcastle sunderland durham hull sheffield nottingham leicester derby coventry norwich ipswich
 southampton portsmouth plymouth exeter bath gloucester swansea newport limerick waterford sligo rennes nantes strasbourg grenoble
 montpellier dijon reims caen rouen orleans tours brest avignon cannes hannover bremen dortmund essen duisburg bonn mainz freiburg heidelberg
 karlsruhe mannheim augsburg nuremberg regensburg wurzburg kassel erfurt weimar jena rostock kiel lubeck potsdam magdeburg linz innsbruck
 lausanne lucerne lugano winterthur liege namur leuven mechelen hasselt kortrijk ostend eindhoven groningen maastricht nijmegen arnhem leiden
 delft haarlem tilburg breda malaga cordoba cadiz zaragoza alicante murcia palma salamanca vigo santander coimbra braga faro turin genoa
 pisa siena perugia parma modena trieste verona padua bari catania lecce aarhus odense aalborg uppsala linkoping lund trondheim stavanger
 tromso turku tampere tartu kaunas wroclaw poznan lodz katowice lublin ostrava olomouc plzen szeged pecs debrecen cluj timisoara varna plovdiv
 split dubrovnik rijeka sarajevo skopje tirana pristina odessa lviv kharkiv minsk tbilisi yerevan baku izmir antalya bursa haifa amman
 damascus baghdad tehran riyadh doha abudhabi muscat kabul karachi lahore dhaka chennai hyderabad pune jaipur goa colombo rangoon phnom
 saigon hue manila cebu bali yogyakarta kualalumpur penang busan nagoya fukuoka sapporo hiroshima nara guangzhou shenzhen chengdu wuhan
 tunis algiers tripoli dakar bamako abidjan kinshasa luanda kampala kigali addis lusaka harare durban pretoria philadelphia washington
 baltimore miami orlando atlanta nashville memphis dallas houston austin denver phoenix portland minneapolis detroit cleveland pittsburgh
 ottawa calgary quebec halifax winnipeg havana kingston caracas quito cusco lapaz asuncion montevideo valparaiso medellin brasilia salvador
 recife canberra adelaide hobart darwin cairns christchurch dunedin
country nation: afghanistan bahrain belarus belize benin brunei burundi cameroon chad congo dominica eritrea gabon gambia greenland grenada
 guatemala guinea guyana haiti honduras kazakhstan kosovo kuwait kyrgyzstan lesotho liberia libya macedonia malawi maldives mali mauritania
 mauritius moldova monaco montenegro mozambique myanmar nicaragua niger oman paraguay qatar samoa somalia sudan suriname syria tajikistan
 togo tonga uzbekistan venezuela yemen zambia zimbabwe salvador scotland wales england
state region: california texas florida alaska hawaii oregon montana colorado arizona nevada utah minnesota wisconsin illinois ohio
 pennsylvania virginia carolina georgia louisiana kansas tennessee maine vermont massachusetts bavaria saxony hesse brandenburg
 flanders wallonia brittany normandy provence tuscany sicily andalusia catalonia galicia yorkshire cornwall devon kent dorset norfolk
nationality origin: spanish french german italian portuguese dutch belgian swiss austrian danish swedish norwegian finnish icelandic polish
 czech slovak hungarian romanian bulgarian greek turkish russian ukrainian irish scottish welsh english british american canadian mexican
 brazilian argentinian chilean peruvian colombian cuban chinese japanese korean vietnamese thai indian pakistani iranian iraqi syrian
 lebanese israeli egyptian moroccan tunisian algerian nigerian ghanaian kenyan ethiopian australian croatian serbian slovenian albanian
 latvian lithuanian estonian maltese cypriot filipino indonesian
cuisine food restaurant: spanish french italian thai indian chinese japanese korean vietnamese greek turkish lebanese mexican ethiopian
 moroccan georgian peruvian
airline: ryanair easyjet lufthansa klm finnair emirates iberia delta sas vueling transavia wizzair eurowings aer lingus tap alitalia ita
 qatar etihad qantas united swiss austrian airfrance britishairways condor tui jetblue
bank: barclays hsbc santander lloyds natwest monzo revolut ing n26 sparkasse volksbank commerzbank deutsche postbank bnp paribas
 rabobank abn amro argenta belfius kbc credit mutuel unicredit caixa bbva nordea danske seb ubs triodos halifax nationwide starling
provider: vodafone telekom orange telenet proximus kpn ziggo o2 ee bt sky virgin swisscom telia telenor movistar tim free comcast verizon
supermarket shop: aldi lidl tesco sainsbury asda morrisons waitrose carrefour rewe edeka netto migros coop spar jumbo delhaize colruyt
 mercadona leclerc auchan monoprix walmart costco target ikea decathlon
newspaper magazine: guardian times telegraph economist spiegel zeit figaro nature wired vogue observer independent mirror
sport: football tennis basketball volleyball handball rugby cricket hockey baseball golf swimming running cycling rowing climbing
 bouldering skiing surfing yoga pilates boxing judo karate fencing badminton squash archery gymnastics athletics sailing kayaking canoeing
 diving snowboarding skating wrestling darts curling lacrosse triathlon windsurfing kitesurfing paragliding orienteering bowling snooker
 netball softball taichi zumba crossfit spinning dressage polo
club team: arsenal chelsea everton juventus ajax bayern dortmund benfica sporting celtic rangers psv feyenoord anderlecht schalke werder
 stuttgart leipzig lens monaco roma lazio napoli inter milan villa westham tottenham spurs wolves leeds lakers bulls yankees
position: goalkeeper striker defender midfielder winger captain keeper sweeper libero centre
instrument: bass drums guitar ukulele piano organ accordion violin viola cello harp flute piccolo oboe clarinet bassoon saxophone trumpet
 horn cornet trombone tuba euphonium recorder harmonica banjo mandolin lute sitar bagpipes xylophone marimba timpani synthesizer keyboard
 tambourine triangle castanets bongo cajon kazoo
voice: soprano alto tenor bass baritone mezzo
dance: salsa tango ballet waltz tap flamenco ballroom swing lindy bachata zumba polka foxtrot quickstep rumba samba hiphop breakdance folk
game: chess go backgammon scrabble monopoly poker bridge catan carcassonne risk cluedo checkers dominoes mahjong minecraft tetris zelda mario
 pokemon rummy uno whist canasta skat jenga fortnite sims fifa civilization
craft hobby: knitting crochet sewing quilting embroidery weaving pottery ceramics woodcarving carving carpentry origami calligraphy candle soap
 jewellery macrame felting papermaking bookbinding mosaic upholstery basketry tapestry
hobby: birdwatching stargazing geocaching metal detecting genealogy beekeeping gardening baking brewing photography chess crosswords sudoku
 puzzles jigsaws modelling trains drones rc magic juggling improv choir karaoke blogging podcasting foraging fishing hunting astronomy
 collecting stamps coins postcards records vinyl comics stickers restoring
profession job occupation work trade: archivist roofer chimney sweep clockmaker watchmaker locksmith blacksmith goldsmith jeweller tailor
 seamstress cobbler shoemaker saddler cooper miller baker butcher fishmonger grocer greengrocer florist gardener landscaper forester ranger
 farmer shepherd beekeeper vintner winemaker brewer distiller chef cook waiter waitress barista bartender sommelier steward stewardess
 pilot captain sailor skipper fisherman docker driver courier postman postwoman conductor signalman mechanic engineer technician
 electrician plumber carpenter joiner cabinetmaker mason bricklayer plasterer painter glazier tiler welder fitter machinist builder
 surveyor architect planner draughtsman designer illustrator graphic photographer filmmaker director producer cameraman editor journalist
 reporter presenter author writer poet translator interpreter linguist librarian bookseller publisher printer teacher lecturer professor
 headmaster tutor educator nurse midwife doctor surgeon anaesthetist paediatrician cardiologist dermatologist radiologist psychiatrist
 psychologist therapist physiotherapist dentist hygienist optician pharmacist chemist paramedic vet veterinarian carer caretaker janitor
 cleaner housekeeper nanny childminder social judge lawyer solicitor barrister notary prosecutor policeman detective officer soldier
 firefighter guard lifeguard diplomat politician mayor accountant auditor banker broker actuary economist statistician analyst consultant
 manager director secretary receptionist clerk administrator programmer developer sysadmin tester researcher scientist biologist chemist
 physicist geologist astronomer meteorologist mathematician archaeologist historian anthropologist sociologist philosopher theologian
 priest vicar pastor imam rabbi monk nun actor actress dancer musician singer pianist violinist cellist drummer guitarist conductor composer
 comedian magician clown model stylist hairdresser barber beautician masseur tattooist trainer coach referee jockey athlete footballer
 salesman saleswoman shopkeeper cashier estateagent auctioneer gamekeeper zookeeper diver miner
illness disease condition disorder: asthma bronchitis pneumonia flu covid cold tonsillitis sinusitis hayfever migraine epilepsy stroke
 dementia alzheimer parkinson ms sclerosis diabetes gout arthritis rheumatism osteoporosis lupus psoriasis eczema acne rosacea shingles
 chickenpox measles mumps rubella malaria hepatitis hiv tb tuberculosis cancer leukaemia lymphoma melanoma tumour anaemia haemophilia
 hypertension angina arrhythmia thyroid hashimoto graves crohn colitis ibs reflux ulcer gastritis gallstones kidney coeliac
 endometriosis pcos menopause depression anxiety bipolar adhd autism dyslexia insomnia apnoea narcolepsy tinnitus vertigo glaucoma cataract
 scoliosis sciatica hernia meniscus bursitis tendonitis whiplash concussion
body limb part: arm leg hand foot finger thumb toe wrist ankle elbow knee shoulder hip neck back chest belly stomach head face nose ear eye
 mouth lip tongue tooth jaw chin cheek forehead skull rib spine collarbone pelvis heel sole shin calf thigh
injury: fracture sprain concussion meniscus ligament tear torn dislocated bruise burn cut whiplash
allergen allergic allergy: pollen birch grass ragweed dust mite cat horse dog bee wasp nickel latex penicillin nuts peanut hazelnut
 almond cashew walnut sesame egg milk soy wheat gluten shellfish shrimp prawn crab fish strawberry kiwi apple celery mustard lupin
 sulphite plaster perfume ibuprofen aspirin
furniture: armchair bookcase wardrobe sideboard dresser desk table chair stool sofa couch bench bed cot bunk shelf cabinet chest ottoman
 hammock rocking piano
room: kitchen bedroom bathroom livingroom diningroom hall corridor landing attic loft cellar basement garage utility pantry study office
 nursery conservatory porch guestroom toilet playroom
building: house cottage bungalow villa farmhouse barn castle tower church mill lighthouse windmill townhouse terrace chalet cabin
appliance machine: fridge freezer oven hob microwave dishwasher washer dryer kettle toaster blender mixer vacuum iron boiler heater
 dehumidifier fan airfryer juicer coffee espresso sewing mower
tool: hammer drill saw screwdriver spanner wrench pliers chisel ladder axe spade rake shovel jigsaw sander plane vice crowbar chainsaw
vehicle transport: tractor trailer caravan camper motorhome lorry van minibus scooter moped unicycle tricycle tandem cargo rickshaw
 tram metro subway train ferry boat canoe kayak yacht dinghy helicopter glider balloon hovercraft
container: box tin jar bag drawer basket bucket chest crate envelope folder wallet safe suitcase bottle flask pot vase bowl
document paper: passport certificate contract will deed licence visa permit diploma policy receipt invoice testament
clothes clothing garment: shirt blouse tshirt jumper sweater cardigan hoodie jacket coat anorak parka trousers jeans shorts skirt dress suit
 tie scarf gloves mittens hat cap beanie beret socks tights underwear bra pyjamas dressing gown swimsuit bikini trunks kilt dungarees apron
 uniform waistcoat blazer poncho cape
shoe footwear: boots sandals trainers sneakers slippers heels loafers brogues clogs wellies flipflops espadrilles moccasins
flower plant: rose tulip daffodil lily orchid sunflower daisy peony hydrangea geranium lavender iris jasmine dahlia poppy violet
 carnation snowdrop crocus magnolia marigold lilac forget hyacinth anemone freesia foxglove begonia petunia pansy cornflower gladiolus
plant houseplant: cactus monstera ficus ivy yucca aloe fern spider succulent bonsai palm basil mint verbena camomile chamomile sage thyme
tree: oak beech ash birch maple chestnut walnut lime linden plane poplar willow alder elm rowan hazel hawthorn holly yew pine fir spruce
 larch cedar cypress juniper apple pear cherry plum quince fig olive lemon orange eucalyptus palm
vegetable: cauliflower brussels sprouts leek kohlrabi turnip swede parsnip beet chard rocket lettuce cucumber courgette aubergine
 pepper tomato potato sweetcorn pumpkin squash bean pea lentil chickpea onion garlic shallot fennel celery artichoke asparagus okra
fruit: apple pear quince plum cherry apricot peach nectarine grape fig date melon watermelon mango papaya pineapple banana kiwi
 strawberry raspberry blackberry blueberry gooseberry redcurrant blackcurrant cranberry elderberry mulberry lemon lime orange
 grapefruit mandarin clementine pomegranate persimmon lychee rhubarb passionfruit
berry: strawberry raspberry blackberry blueberry gooseberry redcurrant blackcurrant cranberry elderberry
drink: water coffee tea juice milk cocoa lemonade cola beer cider wine whisky gin rum vodka sherry port champagne prosecco cocktail
 smoothie kombucha tonic schnapps grappa ouzo absinthe brandy cognac liqueur aperol spritz mead
wine: merlot cabernet pinot chardonnay riesling sauvignon malbec shiraz syrah tempranillo rioja chianti barolo bordeaux burgundy prosecco
dessert cake pudding sweet: tiramisu cheesecake brownie crumble trifle strudel pavlova meringue eclair profiterole sorbet gelato pancake
 waffle crepe doughnut muffin tart pie flan custard panna cotta mousse souffle baklava gingerbread carrot sponge marzipan stollen
dish food meal: lasagne risotto paella curry goulash stew casserole chili tacos burritos sushi ramen pho pizza pasta gnocchi dumplings
 pierogi schnitzel moussaka couscous tagine shakshuka falafel hummus kebab burger fries soup chowder borscht minestrone gazpacho salad
 omelette quiche frittata pancakes crepes roast meatballs shepherd ratatouille polenta fondue raclette dal biryani
breakfast: porridge muesli granola toast eggs cereal pancakes croissant yoghurt yogurt bacon oatmeal
holiday: christmas easter newyear halloween diwali eid ramadan hanukkah passover thanksgiving carnival midsummer pentecost whitsun
sign zodiac: aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces
relative: mother father brother sister uncle aunt cousin niece nephew grandmother grandfather
subject: maths physics chemistry biology history geography latin english french german music art religion ethics economics literature
 linguistics philosophy law medicine psychology sociology statistics archaeology theology botany zoology geology astronomy
school: comprehensive grammar boarding montessori waldorf steiner gymnasium kindergarten
currency money: euro dollar pound franc krone krona zloty forint yen yuan rupee ruble lira peso real dinar
religion: catholic protestant muslim jewish hindu buddhist sikh atheist agnostic quaker orthodox anglican lutheran methodist baptist
specialist doctor: cardiologist dermatologist neurologist oncologist gynaecologist urologist orthopaedist psychiatrist allergologist
 ophthalmologist rheumatologist endocrinologist radiologist ent
weather: rain snow sun storm wind fog hail frost thunder heatwave drizzle sleet
fear phobia: spiders heights lifts flying needles dentists clowns dogs snakes thunder darkness crowds water blood mice wasps moths
musical: piano guitar violin
holiday trip: cruise camping skiing trekking safari interrail pilgrimage
habit: smoking nail biting snoring
vice: smoking chocolate gambling
punishment: fine detention prison
"""

# Naming one of a set denies the others: told of a sister, nothing is known of a brother.
EXCLUSIVE = """
mother father brother sister son daughter uncle aunt cousin niece nephew grandmother grandfather grandson granddaughter wife
 husband girlfriend boyfriend fiance bestfriend flatmate neighbour boss colleague landlord stepmother stepfather stepson
 stepdaughter motherinlaw fatherinlaw sisterinlaw brotherinlaw godmother godfather dentist doctor therapist teacher friend
 hairdresser accountant lawyer plumber mechanic vet nanny halfsister halfbrother exwife exhusband godson goddaughter
 physio cleaner optician electrician gardener coach soninlaw daughterinlaw bestman tutor student
dog cat hamster rabbit guineapig gerbil parrot budgie tortoise goldfish snake lizard horse hen ferret rat goat sheep pony
monday tuesday wednesday thursday friday saturday sunday
january february april june july august september october november december
spring summer autumn winter
breakfast lunch dinner dessert snack
morning afternoon evening night
kitchen bedroom bathroom livingroom diningroom attic cellar garage hallway
car bike motorbike boat train plane bus van
home office work school
phone laptop tablet printer camera television wifi bank
piano guitar violin cello flute drum trumpet
coffee tea beer wine whisky
left right
first second third last
eldest youngest middle
summer winter
football tennis rugby basketball cricket hockey golf
english spanish french german italian portuguese dutch japanese russian chinese
wedding birthday funeral graduation christening
front back
lefthanded righthanded
big small
landlord tenant
doctor patient
teacher student pupil
employer employee
buyer seller
host guest
surname middlename firstname maidenname
red blue green yellow purple pink brown black white grey
birthday anniversary
arm leg ankle wrist knee shoulder hip
kettle fridge oven dishwasher washer microwave
love hate
favourite hate
like dislike
arrive depart
win lose
open close
first last
oldest youngest
morning evening
living die
sunrise sunset
upstairs downstairs
inside outside
son daughter
boy girl
bride groom
"""
