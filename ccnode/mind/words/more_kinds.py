"""Which words are kinds of which, told in more detail than in `kinds`?"""

from __future__ import annotations

# "heads: members" entries, separated by bars. The first head names the kind; the others are asked for in the same way.
KINDS = """
bird: robin sparrow blackbird thrush magpie crow raven owl hawk eagle falcon kestrel heron stork swan goose duck
pigeon dove woodpecker kingfisher swallow swift starling finch wren tit nightingale cuckoo seagull gull puffin
pelican flamingo peacock pheasant parrot budgie canary cockatoo hummingbird ostrich penguin vulture kite buzzard
lapwing |
insect bug: bee wasp ant fly mosquito moth butterfly beetle ladybird grasshopper cricket cockroach dragonfly flea
tick hornet earwig | reptile: snake lizard gecko tortoise turtle crocodile alligator iguana chameleon python |
rodent: mouse rat hamster squirrel gerbil guineapig chinchilla beaver |
dinosaur: tyrannosaurus triceratops stegosaurus velociraptor diplodocus brachiosaurus pterodactyl ankylosaurus |
finger: thumb index pinky | toe foot: toe | rodent: mouse mice rat |
animal creature: otter hedgehog badger fox squirrel hare deer boar bison moose reindeer lynx leopard cheetah jaguar
puma panther hyena meerkat sloth anteater armadillo platypus wombat lemur orangutan chimpanzee baboon walrus narwhal
orca dolphin whale seal octopus squid jellyfish starfish seahorse ray crab lobster snail slug worm frog toad newt
salamander axolotl donkey mule ox bull cow calf sheep goat pig llama alpaca camel zebra giraffe hippo rhino elephant
lion tiger bear wolf unicorn dragon |
cat breed: siamese persian bengal ragdoll mainecoon sphynx burmese abyssinian tabby tortoiseshell chartreux norwegian
calico |
dog breed: labrador retriever poodle beagle dachshund terrier whippet greyhound collie spaniel setter pointer husky
malamute bulldog boxer mastiff rottweiler doberman pinscher schnauzer corgi chihuahua pug pomeranian shihtzu maltese
bichon havanese cockapoo labradoodle goldendoodle weimaraner vizsla ridgeback bernese newfoundland leonberger saluki
basset bloodhound lurcher mongrel mutt podenco galgo |
horse breed: arab haflinger friesian shetland icelandic hanoverian thoroughbred shire clydesdale fjord appaloosa
lipizzaner connemara |
car make brand: acura aston bentley buick cadillac chevrolet chevy chrysler citroen cupra dodge ferrari genesis
infiniti isuzu iveco jeep lada lamborghini lancia landrover maserati maybach mg morris pontiac rolls rover smart
ssangyong tata trabant triumph wartburg byd polestar |
car model: beetle micra jazz civic accord corolla prius aygo fiesta mondeo kuga clio megane kangoo scenic twingo zoe
leaf punto panda ibiza leon octavia fabia superb yeti kodiaq golf polo passat tiguan touran up astra corsa insignia
zafira sandero duster berlingo picasso |
bike brand: giant trek specialized cannondale brompton gazelle koga cube canyon scott bianchi batavus cervelo raleigh |
phone brand model: iphone samsung galaxy pixel nokia motorola xiaomi huawei oneplus fairphone sony blackberry oppo
honor |
computer laptop brand: thinkpad lenovo dell hp acer asus macbook apple imac surface chromebook toshiba framework msi
raspberry |
software app program: excel word photoshop lightroom gimp blender figma slack zoom teams whatsapp signal telegram
notion evernote obsidian outlook thunderbird gmail chrome firefox safari edge duolingo anki strava spotify netflix
libreoffice autocad matlab |
social network app: facebook instagram twitter tiktok snapchat linkedin mastodon bluesky reddit pinterest whatsapp |
operating system: linux windows ubuntu debian fedora arch macos android ios |
programming language: python java javascript typescript rust golang ruby php kotlin swift perl scala lisp cobol
fortran haskell sql |
genre music: jazz rock pop blues folk metal punk classical opera techno house hiphop rap reggae soul funk country
baroque indie ska disco |
composer musician: bach mozart beethoven brahms schubert schumann chopin liszt wagner verdi puccini vivaldi handel
haydn mahler debussy ravel satie tchaikovsky rachmaninov stravinsky dvorak grieg sibelius bartok shostakovich
mendelssohn rossini purcell elgar |
band singer musician artist: beatles stones queen abba radiohead coldplay oasis blur u2 nirvana metallica pinkfloyd
floyd zeppelin bowie dylan cohen springsteen madonna prince adele beyonce rihanna sheeran swift eminem kraftwerk
genesis toto |
painter artist: rembrandt vermeer vangogh gogh monet manet renoir cezanne picasso matisse dali miro klimt kandinsky
klee magritte bruegel rubens caravaggio botticelli michelangelo turner constable hopper warhol rothko kahlo munch
durer |
author writer: shakespeare dickens austen bronte hardy woolf orwell huxley tolkien rowling christie doyle wilde joyce
beckett tolstoy dostoevsky chekhov kafka goethe schiller mann hesse proust camus sartre hugo dumas zola verne
hemingway steinbeck twain poe melville king atwood murakami ishiguro marquez borges neruda eco calvino ferrante
pratchett adams asimov |
play theatre opera musical: hamlet macbeth othello faust godot carmen tosca aida nabucco traviata rigoletto cats
hamilton miserables giselle nutcracker messiah |
novel book: ulysses middlemarch dune emma hobbit gatsby lolita dracula frankenstein moby quixote odyssey iliad
karenina |
city town: aberdeen dundee inverness newcastle sunderland durham hull sheffield nottingham leicester derby coventry
norwich ipswich southampton portsmouth plymouth exeter bath gloucester swansea newport limerick waterford sligo
rennes nantes strasbourg grenoble montpellier dijon reims caen rouen orleans tours brest avignon cannes hannover
bremen dortmund essen duisburg bonn mainz freiburg heidelberg karlsruhe mannheim augsburg nuremberg regensburg
wurzburg kassel erfurt weimar jena rostock kiel lubeck potsdam magdeburg linz innsbruck lausanne lucerne lugano
winterthur liege namur leuven mechelen hasselt kortrijk ostend eindhoven groningen maastricht nijmegen arnhem leiden
delft haarlem tilburg breda malaga cordoba cadiz zaragoza alicante murcia palma salamanca vigo santander coimbra
braga faro turin genoa pisa siena perugia parma modena trieste verona padua bari catania lecce aarhus odense aalborg
uppsala linkoping lund trondheim stavanger tromso turku tampere tartu kaunas wroclaw poznan lodz katowice lublin
ostrava olomouc plzen szeged pecs debrecen cluj timisoara varna plovdiv split dubrovnik rijeka sarajevo skopje tirana
pristina odessa lviv kharkiv minsk tbilisi yerevan baku izmir antalya bursa haifa amman damascus baghdad tehran
riyadh doha abudhabi muscat kabul karachi lahore dhaka chennai hyderabad pune jaipur goa colombo rangoon phnom saigon
hue manila cebu bali yogyakarta kualalumpur penang busan nagoya fukuoka sapporo hiroshima nara guangzhou shenzhen
chengdu wuhan tunis algiers tripoli dakar bamako abidjan kinshasa luanda kampala kigali addis lusaka harare durban
pretoria philadelphia washington baltimore miami orlando atlanta nashville memphis dallas houston austin denver
phoenix portland minneapolis detroit cleveland pittsburgh ottawa calgary quebec halifax winnipeg havana kingston
caracas quito cusco lapaz asuncion montevideo valparaiso medellin brasilia salvador recife canberra adelaide hobart
darwin cairns christchurch dunedin |
country nation: afghanistan bahrain belarus belize benin brunei burundi cameroon chad congo dominica eritrea gabon
gambia greenland grenada guatemala guinea guyana haiti honduras kazakhstan kosovo kuwait kyrgyzstan lesotho liberia
libya macedonia malawi maldives mali mauritania mauritius moldova monaco montenegro mozambique myanmar nicaragua
niger oman paraguay qatar samoa somalia sudan suriname syria tajikistan togo tonga uzbekistan venezuela yemen zambia
zimbabwe salvador scotland wales england |
state region: california texas florida alaska hawaii oregon montana colorado arizona nevada utah minnesota wisconsin
illinois ohio pennsylvania virginia carolina georgia louisiana kansas tennessee maine vermont massachusetts bavaria
saxony hesse brandenburg flanders wallonia brittany normandy provence tuscany sicily andalusia catalonia galicia
yorkshire cornwall devon kent dorset norfolk |
nationality origin: spanish french german italian portuguese dutch belgian swiss austrian danish swedish norwegian
finnish icelandic polish czech slovak hungarian romanian bulgarian greek turkish russian ukrainian irish scottish
welsh english british american canadian mexican brazilian argentinian chilean peruvian colombian cuban chinese
japanese korean vietnamese thai indian pakistani iranian iraqi syrian lebanese israeli egyptian moroccan tunisian
algerian nigerian ghanaian kenyan ethiopian australian croatian serbian slovenian albanian latvian lithuanian
estonian maltese cypriot filipino indonesian |
cuisine food restaurant: spanish french italian thai indian chinese japanese korean vietnamese greek turkish lebanese
mexican ethiopian moroccan georgian peruvian |
airline: ryanair easyjet lufthansa klm finnair emirates iberia delta sas vueling transavia wizzair eurowings aer
lingus tap alitalia ita qatar etihad qantas united swiss austrian airfrance britishairways condor tui jetblue |
bank: barclays hsbc santander lloyds natwest monzo revolut ing n26 sparkasse volksbank commerzbank deutsche postbank
bnp paribas rabobank abn amro argenta belfius kbc credit mutuel unicredit caixa bbva nordea danske seb ubs triodos
halifax nationwide starling |
provider: vodafone telekom orange telenet proximus kpn ziggo o2 ee bt sky virgin swisscom telia telenor movistar tim
free comcast verizon |
supermarket shop: aldi lidl tesco sainsbury asda morrisons waitrose carrefour rewe edeka netto migros coop spar jumbo
delhaize colruyt mercadona leclerc auchan monoprix walmart costco target ikea decathlon |
newspaper magazine: guardian times telegraph economist spiegel zeit figaro nature wired vogue observer independent
mirror |
sport: football tennis basketball volleyball handball rugby cricket hockey baseball golf swimming running cycling
rowing climbing bouldering skiing surfing yoga pilates boxing judo karate fencing badminton squash archery gymnastics
athletics sailing kayaking canoeing diving snowboarding skating wrestling darts curling lacrosse triathlon
windsurfing kitesurfing paragliding orienteering bowling snooker netball softball taichi zumba crossfit spinning
dressage polo |
club team: arsenal chelsea everton juventus ajax bayern dortmund benfica sporting celtic rangers psv feyenoord
anderlecht schalke werder stuttgart leipzig lens monaco roma lazio napoli inter milan villa westham tottenham spurs
wolves leeds lakers bulls yankees |
position: goalkeeper striker defender midfielder winger captain keeper sweeper libero centre |
instrument: bass drums guitar ukulele piano organ accordion violin viola cello harp flute piccolo oboe clarinet
bassoon saxophone trumpet horn cornet trombone tuba euphonium recorder harmonica banjo mandolin lute sitar bagpipes
xylophone marimba timpani synthesizer keyboard tambourine triangle castanets bongo cajon kazoo |
voice: soprano alto tenor bass baritone mezzo |
dance: salsa tango ballet waltz tap flamenco ballroom swing lindy bachata zumba polka foxtrot quickstep rumba samba
hiphop breakdance folk |
game: chess go backgammon scrabble monopoly poker bridge catan carcassonne risk cluedo checkers dominoes mahjong
minecraft tetris zelda mario pokemon rummy uno whist canasta skat jenga fortnite sims fifa civilization |
craft hobby: knitting crochet sewing quilting embroidery weaving pottery ceramics woodcarving carving carpentry
origami calligraphy candle soap jewellery macrame felting papermaking bookbinding mosaic upholstery basketry tapestry |
hobby: birdwatching stargazing geocaching metal detecting genealogy beekeeping gardening baking brewing photography
chess crosswords sudoku puzzles jigsaws modelling trains drones rc magic juggling improv choir karaoke blogging
podcasting foraging fishing hunting astronomy collecting stamps coins postcards records vinyl comics stickers
restoring |
profession job occupation work trade: archivist roofer chimney sweep clockmaker watchmaker locksmith blacksmith
goldsmith jeweller tailor seamstress cobbler shoemaker saddler cooper miller baker butcher fishmonger grocer
greengrocer florist gardener landscaper forester ranger farmer shepherd beekeeper vintner winemaker brewer distiller
chef cook waiter waitress barista bartender sommelier steward stewardess pilot captain sailor skipper fisherman
docker driver courier postman postwoman conductor signalman mechanic engineer technician electrician plumber
carpenter joiner cabinetmaker mason bricklayer plasterer painter glazier tiler welder fitter machinist builder
surveyor architect planner draughtsman designer illustrator graphic photographer filmmaker director producer
cameraman editor journalist reporter presenter author writer poet translator interpreter linguist librarian
bookseller publisher printer teacher lecturer professor headmaster tutor educator nurse midwife doctor surgeon
anaesthetist paediatrician cardiologist dermatologist radiologist psychiatrist psychologist therapist physiotherapist
dentist hygienist optician pharmacist chemist paramedic vet veterinarian carer caretaker janitor cleaner housekeeper
nanny childminder social judge lawyer solicitor barrister notary prosecutor policeman detective officer soldier
firefighter guard lifeguard diplomat politician mayor accountant auditor banker broker actuary economist statistician
analyst consultant manager director secretary receptionist clerk administrator programmer developer sysadmin tester
researcher scientist biologist chemist physicist geologist astronomer meteorologist mathematician archaeologist
historian anthropologist sociologist philosopher theologian priest vicar pastor imam rabbi monk nun actor actress
dancer musician singer pianist violinist cellist drummer guitarist conductor composer comedian magician clown model
stylist hairdresser barber beautician masseur tattooist trainer coach referee jockey athlete footballer salesman
saleswoman shopkeeper cashier estateagent auctioneer gamekeeper zookeeper diver miner |
illness disease condition disorder: asthma bronchitis pneumonia flu covid cold tonsillitis sinusitis hayfever
migraine epilepsy stroke dementia alzheimer parkinson ms sclerosis diabetes gout arthritis rheumatism osteoporosis
lupus psoriasis eczema acne rosacea shingles chickenpox measles mumps rubella malaria hepatitis hiv tb tuberculosis
cancer leukaemia lymphoma melanoma tumour anaemia haemophilia hypertension angina arrhythmia thyroid hashimoto graves
crohn colitis ibs reflux ulcer gastritis gallstones kidney coeliac endometriosis pcos menopause depression anxiety
bipolar adhd autism dyslexia insomnia apnoea narcolepsy tinnitus vertigo glaucoma cataract scoliosis sciatica hernia
meniscus bursitis tendonitis whiplash concussion |
body limb part: arm leg hand foot finger thumb toe wrist ankle elbow knee shoulder hip neck back chest belly stomach
head face nose ear eye mouth lip tongue tooth jaw chin cheek forehead skull rib spine collarbone pelvis heel sole
shin calf thigh | injury: fracture sprain concussion meniscus ligament tear torn dislocated bruise burn cut whiplash |
allergen allergic allergy: pollen birch grass ragweed dust mite cat horse dog bee wasp nickel latex penicillin nuts
peanut hazelnut almond cashew walnut sesame egg milk soy wheat gluten shellfish shrimp prawn crab fish strawberry
kiwi apple celery mustard lupin sulphite plaster perfume ibuprofen aspirin |
furniture: armchair bookcase wardrobe sideboard dresser desk table chair stool sofa couch bench bed cot bunk shelf
cabinet chest ottoman hammock rocking piano |
room: kitchen bedroom bathroom livingroom diningroom hall corridor landing attic loft cellar basement garage utility
pantry study office nursery conservatory porch guestroom toilet playroom |
building: house cottage bungalow villa farmhouse barn castle tower church mill lighthouse windmill townhouse terrace
chalet cabin |
appliance machine: fridge freezer oven hob microwave dishwasher washer dryer kettle toaster blender mixer vacuum iron
boiler heater dehumidifier fan airfryer juicer coffee espresso sewing mower |
tool: hammer drill saw screwdriver spanner wrench pliers chisel ladder axe spade rake shovel jigsaw sander plane vice
crowbar chainsaw |
vehicle transport: tractor trailer caravan camper motorhome lorry van minibus scooter moped unicycle tricycle tandem
cargo rickshaw tram metro subway train ferry boat canoe kayak yacht dinghy helicopter glider balloon hovercraft |
container: box tin jar bag drawer basket bucket chest crate envelope folder wallet safe suitcase bottle flask pot
vase bowl |
document paper: passport certificate contract will deed licence visa permit diploma policy receipt invoice testament |
clothes clothing garment: shirt blouse tshirt jumper sweater cardigan hoodie jacket coat anorak parka trousers jeans
shorts skirt dress suit tie scarf gloves mittens hat cap beanie beret socks tights underwear bra pyjamas dressing
gown swimsuit bikini trunks kilt dungarees apron uniform waistcoat blazer poncho cape |
shoe footwear: boots sandals trainers sneakers slippers heels loafers brogues clogs wellies flipflops espadrilles
moccasins |
flower plant: rose tulip daffodil lily orchid sunflower daisy peony hydrangea geranium lavender iris jasmine dahlia
poppy violet carnation snowdrop crocus magnolia marigold lilac forget hyacinth anemone freesia foxglove begonia
petunia pansy cornflower gladiolus |
plant houseplant: cactus monstera ficus ivy yucca aloe fern spider succulent bonsai palm basil mint verbena camomile
chamomile sage thyme |
tree: oak beech ash birch maple chestnut walnut lime linden plane poplar willow alder elm rowan hazel hawthorn holly
yew pine fir spruce larch cedar cypress juniper apple pear cherry plum quince fig olive lemon orange eucalyptus palm |
vegetable: cauliflower brussels sprouts leek kohlrabi turnip swede parsnip beet chard rocket lettuce cucumber
courgette aubergine pepper tomato potato sweetcorn pumpkin squash bean pea lentil chickpea onion garlic shallot
fennel celery artichoke asparagus okra |
fruit: apple pear quince plum cherry apricot peach nectarine grape fig date melon watermelon mango papaya pineapple
banana kiwi strawberry raspberry blackberry blueberry gooseberry redcurrant blackcurrant cranberry elderberry
mulberry lemon lime orange grapefruit mandarin clementine pomegranate persimmon lychee rhubarb passionfruit |
berry: strawberry raspberry blackberry blueberry gooseberry redcurrant blackcurrant cranberry elderberry |
drink: water coffee tea juice milk cocoa lemonade cola beer cider wine whisky gin rum vodka sherry port champagne
prosecco cocktail smoothie kombucha tonic schnapps grappa ouzo absinthe brandy cognac liqueur aperol spritz mead |
wine: merlot cabernet pinot chardonnay riesling sauvignon malbec shiraz syrah tempranillo rioja chianti barolo
bordeaux burgundy prosecco |
dessert cake pudding sweet: tiramisu cheesecake brownie crumble trifle strudel pavlova meringue eclair profiterole
sorbet gelato pancake waffle crepe doughnut muffin tart pie flan custard panna cotta mousse souffle baklava
gingerbread carrot sponge marzipan stollen |
dish food meal: lasagne risotto paella curry goulash stew casserole chili tacos burritos sushi ramen pho pizza pasta
gnocchi dumplings pierogi schnitzel moussaka couscous tagine shakshuka falafel hummus kebab burger fries soup chowder
borscht minestrone gazpacho salad omelette quiche frittata pancakes crepes roast meatballs shepherd ratatouille
polenta fondue raclette dal biryani |
breakfast: porridge muesli granola toast eggs cereal pancakes croissant yoghurt yogurt bacon oatmeal |
holiday: christmas easter newyear halloween diwali eid ramadan hanukkah passover thanksgiving carnival midsummer
pentecost whitsun |
sign zodiac: aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces |
relative: mother father brother sister uncle aunt cousin niece nephew grandmother grandfather |
subject: maths physics chemistry biology history geography latin english french german music art religion ethics
economics literature linguistics philosophy law medicine psychology sociology statistics archaeology theology botany
zoology geology astronomy | school: comprehensive grammar boarding montessori waldorf steiner gymnasium kindergarten |
currency money: euro dollar pound franc krone krona zloty forint yen yuan rupee ruble lira peso real dinar |
religion: catholic protestant muslim jewish hindu buddhist sikh atheist agnostic quaker orthodox anglican lutheran
methodist baptist |
specialist doctor: cardiologist dermatologist neurologist oncologist gynaecologist urologist orthopaedist
psychiatrist allergologist ophthalmologist rheumatologist endocrinologist radiologist ent |
weather: rain snow sun storm wind fog hail frost thunder heatwave drizzle sleet |
fear phobia: spiders heights lifts flying needles dentists clowns dogs snakes thunder darkness crowds water blood
mice wasps moths | musical: piano guitar violin |
holiday trip: cruise camping skiing trekking safari interrail pilgrimage | habit: smoking nail biting snoring |
vice: smoking chocolate gambling | punishment: fine detention prison
"""
