"""How are travel, transport, places, nature, time, sport and the arts spoken of: told in one way, asked in another?"""

from __future__ import annotations

# Groups of words that stand for one another in one sense, separated by bars.
SYNONYMS = """
car automobile auto motor vehicle | vehicle car van motor automobile | van minibus transporter | lorry truck hgv |
truck lorry | estate car wagon | boot trunk | bonnet hood | windscreen windshield | tyre tire wheel | wintertyres tyres
winter snow | tyres tires wheels | clutch car gearbox | gearbox transmission gears | brake brakes pads | engine motor |
exhaust muffler | headlight lights | satnav navigation gps | petrol gas gasoline fuel | diesel fuel | fuel petrol
diesel | ev electric tesla | charge charging | mot inspection test | plate registration reg numberplate | registration
plate reg | reg registration plate | garage workshop mechanic | garage carport parking | mechanic garage | parking
parked park spot space | park parked | parkinglevel floor | drivinglicence licence | drivingtest test | road street
lane | street road avenue lane | motorway highway freeway autobahn | roundabout rotary | crossroads junction
intersection | bridge viaduct | tunnel underpass | pavement sidewalk | traffic jam | detour diversion | speeding fine
fast | accident crash collision | bike bicycle cycle pushbike | ebike electric bike | cycling biking bike | helmet |
motorbike motorcycle bike | scooter moped vespa | moped scooter | bus coach | coach bus | tram streetcar | train rail
railway | railcard rail train pass | travelcard pass ticket | underground tube metro subway | metro underground subway
tube | station stop halt terminal | platform track | carriage coach car | seat row place | sleeper night train bunk |
ticket fare pass | return | single | taxi cab uber | ferry boat ship crossing | boat ship vessel yacht | ship boat
ferry | yacht sailboat boat | dinghy boat | mooring berth marina harbour jetty | harbour port marina | anchor moored |
sail sailing | plane aeroplane airplane flight aircraft | flight plane fly | airport airfield terminal | airline
carrier flight | terminal gate airport | gate boarding | boardingpass boarding ticket | luggage baggage bags suitcase |
baggage luggage bags suitcase | handluggage cabin bag | customs border | passport id document | visa entry permit |
jetlag time | holiday vacation trip break getaway | vacation holiday | trip journey tour excursion travel | journey
trip travel ride | tour trip guided | cruise ship | hotel inn lodging accommodation | accommodation hotel lodging
hostel flat | hostel accommodation | guesthouse inn pension | campsite camping pitch tent | tent camping | campervan
camper motorhome van | caravan trailer camper | cottage cabin chalet house | cabin cottage hut chalet lodge | hut cabin
refuge | yurt tent | destination trip going | sight attraction | souvenir memento brought | guide guidebook | map route
| route way path | itinerary route plan | beach seaside shore sand | seaside coast beach | coast shore sea | sea ocean
| lake pond loch | river stream | waterfall falls | island isle | mountain peak summit hill alp | summit peak top |
hill mountain | valley dale | forest wood woods | woods forest | field meadow | meadow field | countryside rural |
desert sand | cave cavern | cliff rocks | trail path route footpath hike | path trail | town city village | city town |
village town hamlet | capital city | suburb outskirts | neighbourhood district quarter area | district area quarter
borough | area district region | county region state | region area county | country nation land | abroad overseas
foreign | border frontier | north northern | south southern | square plaza place | church cathedral chapel parish |
castle fortress | museum gallery exhibition | gallery museum | exhibition show museum | theatre theater stage play |
theater theatre | cinema film pictures | zoo animals | aquarium fish | park garden playground | playground swing slide
| library books | hall venue | venue place hall location | pub bar inn tavern | bar pub | club society association
group | weather climate forecast | forecast weather | rain raining wet shower | shower rain | snow snowy | storm gale
hurricane | thunder lightning storm | wind windy breeze | fog mist | ice icy frost | frost freezing ice | sun sunny
sunshine | heatwave heat hot | flood flooding | earthquake quake | rainbow | moon lunar | star stars astronomy | planet
astronomy | eclipse sun | season time | spring springtime | summer summertime | autumn fall | winter wintertime |
morning am | afternoon pm | evening night pm | midnight twelve | noon midday | dawn sunrise | dusk sunset | weekend
saturday sunday | weekday monday friday | fortnight two weeks | decade ten years | century hundred | date day |
birthday date | halfterm holidays school | schoolholidays holidays | lifetime life | tree trees wood | oak tree |
flower bloom blossom | rose flower | bulb tulip daffodil | houseplant plant pot | plant houseplant | cactus plant
succulent | mushroom fungus | berry berries | apple tree | leaf leaves | bird birds | birdwatching birding birds hide |
birding birdwatching birds | wildlife animals | hedgehog | fox | deer | bee hive honey | hive bees | honey bees |
insect bug | butterfly moth | spider web | fish fishing | fishing angling rod | angling fishing | sport exercise
activity | football soccer | footballclub club team football | team club side | club team | rugby | tennis racket |
pingpong tabletennis | swim swimming pool | pool swimming baths | swimming swim lengths | run running jog | jogging
running | halfmarathon race | marathon race run | race run competition | triathlon race | gym fitness workout | workout
exercise training gym | yoga pilates | pilates exercise | climbing bouldering wall | hiking walking trekking | walking
hiking | ski skiing piste | skiing ski | sledge sled toboggan | skate skating | skating | riding horse | riding horse |
rowing rower row | sailing sail | surfing surf | diving dive scuba | martialart judo karate | judo martialart | boxing
box | golf course | cricket bat | darts board | snooker pool billiards | bowling skittles | chess board | rating elo
points | belt judo karate | medal prize trophy | trophy cup prize | prize award | tournament competition championship |
championship tournament title | league division | match game fixture | game match | coach trainer | captain skipper |
goalkeeper goalie keeper goal | goal goalkeeper keeper | striker forward | position plays goal | stadium ground | fan
supporter | supporter fan | record best fastest personal | pace speed | hobby pastime interest | hobby spare leisure |
knit knitting wool needles | knitting knit scarves sweaters | crochet hook wool | sew sewing | quilt patchwork |
pottery ceramics clay | woodwork carpentry wood | diy handiwork | modelrailway trains tracks | model kit miniature |
stamp philately | coin numismatics | collection collect collecting | jigsaw puzzle pieces | puzzle jigsaw crossword |
crossword puzzle | boardgame game | gamesnight games board evening | quiz trivia pub | roleplaying dnd campaign |
videogame game gaming | console playstation xbox switch | cards poker | magic tricks | astronomy telescope stars |
photography camera photos | photo picture photograph snap | picture photo painting | photograph photo picture | album
record lp | record album vinyl lp | vinyl records lp | drawing sketch | painting picture canvas | watercolour painting
paint | sculpture statue | exhibition gallery | music songs | song track tune number | track song | tune melody song |
album record | band group | concert gig | gig concert show | festival concert | orchestra philharmonic symphony |
symphony orchestra | choir chorus singing | choir singers | solo alone | stagefright solo nervous | rehearsal practice
rehearse | instrument play | piano keyboard | guitar strings | cello strings | violin fiddle | flute wind | accordion
squeezebox | drum drums percussion | singer vocalist | composer wrote music | lyrics words | karaoke sing microphone |
microphone karaoke mic | dance dancing | ballet dance | salsa dance | musical show theatre | opera singing | play
theatre drama | role part character | actor performer | actress actor | comedian comic | film movie picture flick |
movie film | director film | series show programme season | show series programme | episode series | documentary film |
cartoon animation | horror scary film | thriller film crime | crime detective thriller | comedy funny | book novel read
| novel book | author writer | writer author | poem poetry verse | poet poem | comic graphic | chapter page | volume
book | series books | bookclub book reading | audiobook audible listen | reading read book | library book | magazine
periodical | newspaper paper daily | podcast listen | radio station | station radio channel | channel station |
language tongue speak | mothertongue native language | sign deaf signing | signing sign deaf | dialect accent | accent
dialect | translation translated
"""
KINDS = """
england english uk britain: london manchester liverpool birmingham leeds bristol oxford cambridge york brighton
newcastle sheffield nottingham bath exeter plymouth norwich southampton portsmouth durham leicester coventry derby hull
whitby harrogate saltaire cornwall devon yorkshire | scotland scottish uk britain: edinburgh glasgow aberdeen dundee
inverness perth stirling skye arran orkney | wales welsh uk britain: cardiff swansea bangor snowdon | ireland irish:
dublin cork galway limerick belfast | france french: paris lyon marseille toulouse bordeaux lille nice nantes
strasbourg rennes montpellier grenoble avignon cannes brittany normandy provence alsace corsica | germany german:
berlin munich hamburg cologne frankfurt leipzig dresden stuttgart bremen hannover nuremberg heidelberg freiburg bonn
mainz kiel rostock bavaria dusseldorf dortmund essen | spain spanish: madrid barcelona seville valencia granada bilbao
malaga mallorca majorca ibiza tenerife andalusia catalonia salamanca cordoba | italy italian: rome milan naples turin
florence venice bologna palermo verona pisa genoa siena tuscany sicily sardinia trieste como | portugal portuguese:
lisbon porto faro coimbra braga madeira azores algarve | belgium belgian: brussels antwerp ghent bruges leuven ostend
liege namur ardennes kortrijk | netherlands dutch holland: amsterdam rotterdam utrecht hague eindhoven delft leiden
groningen haarlem maastricht | austria austrian: vienna salzburg graz innsbruck linz tyrol | switzerland swiss: zurich
geneva basel bern lausanne lucerne lugano davos zermatt | denmark danish: copenhagen aarhus odense | sweden swedish:
stockholm gothenburg malmo uppsala | norway norwegian: oslo bergen trondheim tromso stavanger lofoten | finland
finnish: helsinki tampere turku lapland | iceland icelandic: reykjavik akureyri | poland polish: warsaw krakow gdansk
wroclaw poznan | czechia czech: prague brno | hungary hungarian: budapest | greece greek: athens thessaloniki crete
corfu rhodes santorini | turkey turkish: istanbul ankara izmir antalya | croatia croatian: zagreb split dubrovnik |
romania romanian: bucharest cluj | bulgaria bulgarian: sofia plovdiv | serbia serbian: belgrade | ukraine ukrainian:
kyiv kiev lviv odessa | russia russian: moscow petersburg | estonia estonian: tallinn tartu | latvia latvian: riga |
lithuania lithuanian: vilnius | slovenia slovenian: ljubljana bled | usa america american states: newyork boston
chicago seattle losangeles sanfrancisco washington miami houston dallas austin denver atlanta philadelphia portland
detroit vegas orlando minnesota california texas florida oregon colorado | canada canadian: toronto montreal vancouver
ottawa calgary quebec halifax | mexico mexican: cancun guadalajara oaxaca | brazil brazilian: rio brasilia salvador
recife | argentina argentinian: buenos mendoza patagonia | japan japanese: tokyo kyoto osaka hiroshima sapporo nagoya |
china chinese: beijing shanghai guangzhou shenzhen | korea korean: seoul busan | india indian: delhi mumbai bangalore
kolkata chennai goa jaipur | thailand thai: bangkok phuket chiang | vietnam vietnamese: hanoi saigon hue | indonesia
indonesian: bali jakarta java | australia australian: sydney melbourne brisbane perth adelaide cairns darwin tasmania |
newzealand: auckland wellington christchurch | morocco moroccan: marrakech casablanca fez | egypt egyptian: cairo luxor
alexandria | kenya kenyan: nairobi mombasa | southafrica: capetown johannesburg durban | israel israeli: jerusalem
telaviv haifa | country nation abroad: belgium netherlands denmark norway sweden finland iceland peru chile kenya
namibia nepal japan portugal | city town: whitby harrogate delft ostend kortrijk heidelberg rostock cochem dundee
exeter hull york bath brighton leuven ghent uppsala tartu bergen trondheim innsbruck girona siena | zodiac sign: aries
taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces | car make brand: skoda octavia
fabia toyota yaris corolla honda jazz civic ford fiesta focus volkswagen golf polo passat tiguan bmw audi mercedes
volvo seat ibiza fiat panda renault clio zoe twingo peugeot citroen opel corsa astra vauxhall nissan leaf micra qashqai
mazda hyundai kia tesla mini subaru suzuki swift dacia duster sandero lexus porsche saab jaguar landrover jeep berlingo
kangoo caddy transporter | bike brand make: trek giant specialized canyon brompton gazelle cube scott cannondale
bianchi kona orbea | instrument: cello violin piano guitar flute clarinet oboe accordion harp drums trumpet trombone
saxophone ukulele banjo recorder bassoon tuba viola bodhran concertina bagpipes organ horn euphonium | composer: bach
mozart beethoven chopin schubert brahms vivaldi handel haydn debussy ravel sibelius dvorak tchaikovsky mahler wagner
verdi puccini elgar grieg liszt mendelssohn schumann satie purcell britten holst shostakovich stravinsky bartok
rachmaninoff prokofiev monteverdi telemann part | painter artist: rembrandt vermeer vangogh monet picasso klimt turner
hockney kahlo matisse cezanne rubens bruegel magritte dali munch hopper rothko warhol | author writer: tolkien austen
dickens orwell christie rowling pratchett king atwood murakami tolstoy hemingway woolf mantel eliot bronte kafka camus
adams gaiman asimov leguin herbert mankell | sport team game: football rugby hockey handball volleyball netball
basketball cricket korfball lacrosse polo | position: goal goalkeeper keeper striker defender winger midfield prop
hooker scrumhalf lock fly wing centre setter libero | ride: horse rollercoaster bike camel carousel helicopter balloon
quad motorbike pony | game: chess catan scrabble monopoly carcassonne pandemic azul wingspan risk cluedo dominion
gloomhaven uno ludo backgammon go mahjong rummy bridge skat poker whist cribbage zelda minecraft tetris factorio
stardew civilization mario | dance: salsa tango waltz ballet tap flamenco swing lindy bachata zumba foxtrot ceilidh |
voicepart voice: soprano alto tenor bass baritone mezzo countertenor | genre music: jazz rock pop classical folk metal
punk techno house blues country reggae soul funk indie baroque opera hiphop rap electronic | genre book film: crime
fantasy horror thriller romance comedy scifi history biography western documentary drama mystery | material craft: clay
wood wool glass leather paper | tree: oak beech ash birch maple chestnut walnut lime plane poplar willow alder elm
rowan hazel yew pine fir spruce larch cedar apple pear cherry plum quince fig olive magnolia | flower: tulip rose
daffodil lily orchid sunflower peony hydrangea dahlia crocus snowdrop iris lavender poppy daisy primrose | instrument
voice: bass tenor | seat: window aisle middle | belt: white yellow orange green blue brown black | room: library
archive lab lounge | class bus transport: tram bus ferry
"""
HINTS = """
car: drive clutch tyres octavia golf garage petrol | vehicle: clutch brakes tyres engine car garage | repair: clutch
brakes replaced garage new | tyre: r16 r17 winter summer | mot: due ring garage inspection runs | plate: reg | parking:
level section space parked | park: level section parked garage | bus: stop line route night home | train: platform
leaves catch carriage | flight: lands leaves terminal gate lufthansa ryanair fly | airline: flights booked fly with |
ferry: leaves crossing boat | boat: ferry leaves mooring | taxi: pick airport | bike: stolen lock chain | seat: row
window aisle carriage | platform: train leaves | gate: boarding flight | luggage: kilo bag | suitcase: colour lock
strap | hotel: nights booked stay breakfast room | accommodation: nights booked | holiday: flying week booked fortnight
off going | vacation: flying week booked going | trip: flying week booked going drive | destination: going flying |
honeymoon: flying fly going | camping: tent pitch | hike: trail stretch walk | walk: trail stretch hike steps |
mountain: climb peak summit | climb: summit peak mont | beach: sand swim | island: ferry sail | country: live moved
lives flew born | city: live moved lives born flew | town: live moved lives flat born | village: live moved born |
address: live moved building street at | neighbourhood: live moved | museum: mining art visit | theatre: play saw
tickets stage | concert: saw tickets play hall see | band: tickets see play gig | festival: tickets tent weekend |
game: play board | gamesnight: friday play first | hobby: into restoring collecting thing spare weekend started taken |
interest: thing into mad | spare: thing restoring into | collect: hundred so far pieces own | collection: hundred so
far own | knit: scarf sweater jumper wool | scarf: knit | sweater: knit | model: build glue | train: lessons | chess:
rating got opening | rating: got up to | tournament: won place | race: run finished minutes | marathon: run training
finished hours | record: fastest minutes seconds best personal new | goal: want hope run climb before | ambition: want
hope | team: support fan supports plays | football: team supports goal plays fan club | position: goal wing usually |
fan: season supports | swim: pool lanes lengths | pool: swim lanes | gym: member month | yoga: class mat | coach:
trains swimming | choir: sing rehearse rehearses soprano alto tenor solos | sing: choir solo soprano alto tenor karaoke
| karaoke: song go microphone | instrument: play lessons learning practise | piano: play lessons pieces | music: listen
album play | song: favourite play sing dance | album: bought first vinyl | record: bought first album vinyl | composer:
favourite symphony | film: saw watch favourite cinema | movie: saw watch favourite cinema | series: watching season
episode started | show: watching season episode started | book: reading halfway pages chapter finished started | novel:
reading halfway pages chapter finished started | author: reading books wrote | audiobook: listen | newspaper: read pay
subscribe | magazine: read subscribe | podcast: listen | radio: listen | language: learning speak lessons app days |
paint: watercolour lessons | photo: camera lens took | camera: lens | plant: water sun pot | flower: planted bulbs |
bird: list hear saw feeder nest | birdwatching: hide species list | garden: planted hedgehog | bulb: planted tulip |
weather: rain sun | storm: knocked blew | church: choir sundays | religion: church pray | quiz: team won semi | pub:
meets at lamb arms inn head | meet: in at back room | venue: paid barn hall booked | wedding: barn venue | zodiac: born
| sign: born
"""
