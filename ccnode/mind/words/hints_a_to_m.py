"""How do people tell what they are later asked for (A to M)?"""

from __future__ import annotations

# "asked: told" entries, separated by bars. The told words answer for the asked ones, not the reverse.
HINTS = """
driving: licence license | loud: snores noise noisy drum shouts | attempt: try tried times |
dorm: student residence hall | learning: training lessons studying | accent: speak sounds |
accident: hit bumped scratched dent | accommodation: hotel booked stay staying hostel airbnb rented apartment room |
accompany: with together came | accountant: taxes tax books | achieve: won finished passed record proud |
achievement: won finished passed record proud | acquaintance: met know friend |
acquainted: introduced party first bus train school | acquire: bought got inherited |
activity: club class swim football every | address: live street road avenue lane number flat house moved door |
adore: love mad favourite | advice: told said should never always |
afraid: spiders heights lift panic cannot dark stairs clowns needles |
age: turn turned birthday born years turns turning th | ailment: suffer have diagnosed doctor hurts |
airline: flight flights tickets | airport: fly land landing depart flight terminal lands gate |
alarm: burglar panel siren code ring rings wake clock | alcohol: drink beer wine whisky sober dry drop booze |
allergic: swell itch sneeze rash throat lips hives epipen reaction shrimp |
allergy: swell itch sneeze rash throat lips hives epipen reaction shrimp | allowance: pocket money weekly |
ambition: want hope someday finish before wish become learn plan | amount: total sum euros pounds dollars |
ancestor: grandfather grandmother great descended | ancestry: grandparents came from family |
anniversary: married wedding celebrate | annoy: hate noise drives mad nerves loud | annual: year every |
apartment: flat rent live moved floor rooms | apparel: wear | appear: looks | appetite: eat hungry |
appliance: machine broke broken dead packed dishwasher fridge oven washer | appoint: promoted became |
appointment: at booked clinic monday tuesday wednesday thursday friday | appreciate: love like |
apprehensive: nervous scared worried | apprentice: training | army: served | arrest: police |
arrival: land lands arriving come comes get gets in reach due |
arrive: land lands arriving come comes get gets in reach due back home |
artist: painter painted band singer album concert | ashes: scattered buried cremated |
asleep: sleep bed night drift nod | aspiration: want hope someday finish before wish become learn plan |
assemble: built put | assist: helps help | athletic: run train sport | attack: bit bitten |
attend: go went going been visit meeting class ticket | attic: hatch roof boxes | attire: wear dress suit |
aunt: sister mother | author: by wrote novel book reading books reads | authority: council police |
automobile: car van truck motorbike plate clutch tyres engine insurance garage |
avoid: allergic allergy intolerant mustn't stop stopped no off never cannot hate upset reaction doctor stay away |
await: waiting coming due | award: won prize medal | baby: born due girl boy weeks |
babysitter: watches looks sits minds kids evening | backup: disk drive copied saved weekly |
baggage: suitcase kilo bag carry | bake: cake bread oven cookies pie | balance: account euros left |
band: play plays singer drummer guitarist rehearse gigs | bank: account savings mortgage loan card |
banned: not allowed forbidden | barber: haircut hair cut trim | basement: cellar key wine |
battery: charge charger charged | beach: sand swim | beat: won lost | become: wants wanna grow pilot vet astronaut |
beer: pint | beg: asked | begin: first opens starts kicks | beginner: started learning | belief: believe faith |
believe: faith church | belongings: things boxes stuff | beneath: under | beneficiary: will inherit leave left |
beverage: coffee tea cup pint glass drink drinking beer wine | bicycle: ride stolen chain | bike: stolen chain |
bill: pay paid charge electricity euros cost | bin: tuesday wednesday thursday friday monday collected |
birth: born delivered | birthday: turn turns turning th | birthplace: born hospital came grew | bite: dog |
bless: church | blood: o a b positive negative type donate | bloodtype: o a b ab positive negative |
boat: sail sailing moored harbour named | body: height weight | book: reading read pages chapter author club |
booking: booked reserved table room | bookshop: books | borrow: lent lend owe returned has owes gave |
boss: report manager head director runs promoted office company | bother: annoy noise keep awake |
bought: paid shop ordered sale | box: keep | boyfriend: dating seeing partner together | branch: office |
brand: bought drive use wear running new own swear | break: broken fractured cracked snapped plaster cast |
breakfast: eat porridge toast eggs muesli cereal coffee | breed: mix puppy labrador terrier poodle |
bride: married wedding | bridge: restore | broadcast: radio |
broke: broken fractured cracked snapped plaster cast dead kaput packed stopped leaking defunct |
broken: dead kaput packed stopped leaking cracked snapped defunct | brother: sibling |
brotherinlaw: sister husband brother wife | budget: spend euros limit month groceries afford |
builder: built building kitchen | burglar: alarm thief break stole broken |
bury: grave funeral rests buried laid cemetery | bus: stop line | business: company shop run founded sells |
buy: bought got ordered purchased picked paid new treat treated splashed spent shop sale | buyer: sold | cab: taxi |
cake: bake baked chocolate | call: named name phone | called: named christened |
camera: canon nikon sony fuji leica pictures lens | campaign: vote party | camping: pitch sleeps |
campus: university college | cancel: cancelled called dropped quit ended stopped off | cancer: chemo treatment |
candidate: vote interview apply | capacity: seats sleeps holds litres people | capital: lives | captain: team ferry |
car: toyota volvo skoda | care: nurse looks | career: job work became wants wanna grow pilot vet astronaut |
caretaker: looks feeds waters | cash: money euros | castle: visited | cat: litter purrs kitten tabby |
catch: train bus | cause: because from due after | celebrate: party birthday anniversary dinner |
celebration: guests invited cake | celebrity: met | cellar: wine key | cemetery: buried grave |
ceremony: wedding church married vows | chair: club | challenge: struggle hard difficult | champion: won title |
championship: won final | charity: volunteer donate shelter gave month | cheap: euros cost | cheer: support |
chess: rated club opening beat | child: son daughter boy girl twins baby kids | childcare: nursery nanny daycare |
childhood: grew raised kid little young nine ten eleven twelve seven eight six five |
children: kids son daughter twins | choir: sing singing soprano alto tenor bass |
chore: clean wash dishes bins hoover cook | christen: named baptised |
christmas: presents goose turkey tree eve december | chronic: suffer | church: sundays mass wedding choir |
cinema: film movie saw watched | circumference: size | city: moved live lives living town based flew from |
class: course lesson teacher school evening | clean: cleaner scrub tidy wipe | cleaner: cleans tidy mop hoover |
climate: weather | climb: mountain summit peak hall wall | clinic: doctor hospital appointment surgery | clock: alarm |
closest: best near | clothes: wear medium large small | clothing: wear wore bought | club: member joined join team |
clue: hint | coach: train training taught trains trainer team practice | coast: sea beach | coat: jacket |
code: pin password digits lock opens entry door number alarm safe | coffee: black sugar milk espresso |
cold: degrees freezing | collaborate: work together | colleague: works team office desk together with lunch |
collect: collection pick picking fetch stamps coins postcards records |
collection: collect hundred own stamps coins postcards records | college: studied degree went graduated class campus |
colour: painted paint | combination: digits opens door safe lock | comfort: blanket | command: runs leads |
commence: first opens starts kicks | comment: said |
commute: train bus cycle bike drive walk minutes work ride take tram | companion: with dog partner |
company: work works firm employer office joined hired | compete: race contest tournament |
competition: won entered race place came prize | complain: noise annoyed unhappy | complaint: noise pain |
composer: music piece symphony | computer: laptop macbook pc | conceal: hid hidden behind under inside taped |
concert: tickets band saw playing orchestra hall performs choir played |
condition: diagnosed suffer have doctor suffers since chronic | conductor: choir orchestra |
conference: congress hotel talk | confess: secret | confirm: booked | congress: conference | connect: wifi |
connection: internet broadband speed | construct: built | consult: see appointment | consume: eat drink |
contact: call ring phone number email extension | continent: africa asia europe australia |
contract: signed until with | cook: make dinner recipe dish turn makes chef pot | copy: backup |
cost: euros pounds dollars paid pay price quote a | costume: dressed | cottage: holiday |
country: moved live born flew travelled holiday from lives | couple: married together | courier: parcel dhl ups |
course: studying evening class | court: case | cousin: aunt uncle | coworker: office desk team lunch |
craft: make knit sew made | crash: hit accident damaged bumped scratched dent | crew: team | crib: baby |
criminal: stole | crop: grow planted harvest | cry: film tears wept | cuisine: restaurant food eat | culture: from |
cure: helped works took tablets | curriculum: school | customer: client sells | cut: finger hair | cycle: bike ride km |
cycling: bike ride km | daily: every day morning | damage: broke cracked dent leak |
dance: lessons partner class tango salsa | danger: allergic careful | date: on | daughter: girl | daycare: nursery |
dead: died passed | deadline: due submit hand before until by end | dealer: bought | death: passed lost funeral buried |
debt: owe borrowed loan lent euros | decorate: painted paint | defeat: lost beat |
deficiency: low lack tablets iron vitamin | deficient: low lack tablets iron vitamin |
degree: studied graduated phd bachelor master | delay: late postponed | delicate: allergic |
delivery: arrive arrives parcel coming courier | demand: want |
dentist: teeth tooth crown filling cavity root molar wisdom | depart: leave leaves flight train goes |
departure: leave leaves flight train goes | dependant: child | deposit: paid euros | depression: therapy tablets |
desk: sit window floor drawer office | dessert: cake ice cream favourite chocolate |
destination: going travel fly flying trip holiday heading off | detest: hate stand |
device: bought broke laptop phone tablet broken dead packed dishwasher fridge oven washer | diabetic: insulin |
diagnose: doctor told suffer have turns | diagnosis: doctor told suffer have turns | diaper: baby |
diary: journal write | die: died passed death funeral lost buried | died: passed lost funeral buried |
diet: vegetarian vegan meat eat keto cut salt sugar dairy bread cook plate menu |
dinner: cook eat ate restaurant evening | dinosaur: prehistoric | diopter: minus plus lenses eyes glasses |
diploma: graduated | direct: conducts leads head | directions: turn left right | dirty: clean |
disability: wheelchair deaf blind | disagree: argue quarrel row | disarm: off code switch alarm | discount: off |
discover: found | disease: diagnosed suffer | disgust: hate awful soap vomit |
dish: cook make recipe serve signature cooks lasagne curry |
dislike: hate stand awful disgusting never can't soap cannot revolting | dissertation: writing about supervisor |
distance: km kilometres miles minutes far walk | district: live moved | disturb: noise wakes | dive: sea |
divorce: separated ex split | doctor: dr surgery practice appointment see checkup prescribed pressure blood pills |
doctorate: phd thesis | document: passport papers | dog: walk puppy barks beagle lead |
donate: gave charity blood month | doorbell: rings | dose: tablets daily mg | download: install |
drama: tickets stage hamlet macbeth actor row musical | drawer: keep |
dream: want hope someday finish before wish become learn plan one anything once bucket list always wanted |
dress: wear wore | drink: coffee tea glass pint cup beer wine sober dry drop booze |
drinking: sober dry drop wine beer booze | drive: car own | driver: drives | drop: stopped quit gave |
drug: mg daily prescribed takes twice morning pharmacy | drummer: drum | duration: hours minutes weeks lasted took |
dwell: live | eager: excited | earn: salary paid make | earring: jewellery | easter: eggs bunny lamb |
eat: food dish dinner lunch breakfast salt sugar meat dairy bread cook plate menu | editor: vim emacs code |
educate: school studied | egg: hens chickens | elderly: old grandmother | elect: vote won | electric: e-bike battery |
electrician: wiring fuse socket lights | electricity: meter bill supplier | elevator: lift | email: mail @ address |
embarrass: ashamed | emergency: call contact | emigrate: moved | employ: works hired job company |
employee: works staff | employer: work works working started joined job office hired | encounter: met |
enemy: hate rival | energy: electricity gas supplier | engage: proposed ring | engaged: proposed ring |
engagement: proposed ring | engineer: works bridges | enjoy: love like fun favourite fan |
enrol: signed started course joined | enroll: signed started | entertain: fun play | entertainment: film music |
entrance: door | environment: nature | equipment: gear | escape: ran |
evening: night pm thursday monday tuesday wednesday friday | event: wedding party conference |
exam: passed failed test result grade june retake results | examine: doctor test | exchange: host abroad semester |
excursion: trip | execute: run | exercise: run gym swim yoga physio stretch daily pilates club weekly |
exhibit: museum | exhibition: museum gallery | exit: leave | exotic: travel | expect: due coming awaiting guests |
expecting: due baby month | expense: paid cost euros | expensive: quote cost euros price | experience: worked years |
expert: specialist | expire: valid until runs renew ends | expiry: valid until runs renew ends | explore: hike travel |
export: sell | express: train | extension: call | extra: spare | eye: minus blue green brown lenses |
eyes: minus blue green brown lenses | eyesight: glasses minus lenses prescription | fabric: wool cotton |
factory: works | fail: failed | faint: blood | faith: church | fall: fell broke | familiar: know |
family: parents kids brother sister siblings | famous: known celebrity | fan: support team love |
farm: cows sheep grew | fashion: wear | fast: speed minutes | fat: weigh | fatherinlaw: wife husband father |
fault: broken fails error | favourite: love best adore prefer nothing beats always mad obsessed |
fear: scared afraid terrified phobia fright nervous panic hate spiders heights lift cannot dark stairs clowns needles |
feature: has | fee: euros month charges cost | feed: food eats eat tins kibble bowl diet meat | fellow: colleague |
ferry: crossing boat | festival: music tickets camping | fiance: engaged marrying | fiction: novel book read |
field: study work | file: saved folder | film: watched saw cinema movie cried | finance: bank loan |
find: is under behind in | fine: speeding parking police | finger: ring | finish: done complete ended result time |
fire: smoke alarm | firm: work company works | fish: caught |
fix: repaired mended plumber replaced broken mechanic engineer clutch brakes screen leaking |
flat: rent moved floor rooms | flatmate: share live | flavour: ice cream taste scoop vanilla chocolate pistachio |
flight: fly plane lands takes tickets boarding leaves gate seat airline boards | floor: storey upstairs lift |
flower: tulips roses bouquet planted | flu: fever sick | fluency: speak | fly: flight airline | folder: papers |
fond: love | food: eat eats eating cook dish salt sugar meat dairy bread plate menu tins kibble bowl diet |
football: supports team match goal season | footwear: shoes boots trainers size wear pair | forecast: weather |
foreign: speak language | forget: never remember lose | foster: adopted | found: set started behind under in |
founder: started founded | fracture: broke broken | fragrance: perfume | frequency: every twice weekly |
fridge: freezer milk | friend: met mate known friends best | frighten: scared afraid terrified | fruit: apple |
fuel: petrol diesel electric charge | fun: hobby | fund: save | funeral: died buried |
furniture: bought table sofa ikea assembled | future: plan want going | gadget: bought | gallery: exhibition paintings |
gamble: bet lottery | game: play playing beat | garage: mechanic car brakes oil service bike |
garden: grow plant planted tomatoes roses lawn shed | gardener: mows hedge lawn | gender: boy girl |
generation: grandmother | genre: jazz rock thriller | gift: gave got present bought birthday surprise wrapped wants |
gig: tickets band orchestra hall performs choir saw played | girlfriend: dating together |
glasses: frames lenses minus eyes read | glove: size | gluten: coeliac wheat |
goal: want hope someday finish before wish become learn plan aim train | godfather: baptism christening |
godmother: baptism christening | godparent: baptism christening | grade: exam result |
graduate: degree university finished class | grandchild: grandson granddaughter grandma grandpa born |
granddaughter: grandma grandpa born | grandparent: grandmother grandfather | grandson: grandma grandpa born |
grass: lawn mow mows | grave: buried cemetery | great: grand | grocery: supermarket shop | groom: wedding |
ground: floor | grow: planted plant grew balcony garden | guarantee: until years | guard: watch dog |
guest: invited coming people visiting stays | guide: tour | gym: train membership workout month |
habit: always every never still | hair: cut dye blonde brown red dyed curly grey | haircut: barber hairdresser |
hairdresser: cut hair trim | hairstylist: hair cut | hand: left right lefty leftie southpaw |
handed: lefty leftie southpaw left right | handle: deal care | hardware: laptop | harm: hurt |
hate: stand dislike awful disgusting soap cannot revolting | head: runs leads | headache: migraine |
headphones: sony bose | headteacher: school | heal: better recovered | health: doctor ill blood diagnosed |
hear: ears deaf hearing | heart: pacemaker | heat: degrees thermostat boiler unbearable boiling celsius |
heating: boiler thermostat engineer | height: cm tall metres feet centimetres | herb: taste | heritage: family from |
hidden: behind under inside taped | hide: hid behind under put stash drawer inside taped | hike: walked trail |
hint: clue | hire: rent new started |
hobby: love weekends evenings spare into started taken restoring collect play enjoy spend restore build paint club
model | holiday: trip fly week going booked cottage beach staying july august weeks flight camping |
home: live moved house bought built rent | homeland: born came from | homeowner: house |
hometown: born grew raised from | homework: essay due | honeymoon: married flew after wedding | honour: named award |
horoscope: leo virgo | horse: rides stable mare | hospital: ward room operation surgery | host: family stay party |
hot: degrees unbearable boiling celsius | hotel: booked staying stay room nights check | hour: from until |
hourly: hour | house: bought moved built rent | household: live | hunger: eat | hungry: eat |
hurt: injured broke sprained pulled pain fell slipped twisted plaster crutches stitches bleeding | husband: married |
identity: passport | ill: diagnosed suffer hospital disease |
illness: diagnosed suffer hospital disease suffers since chronic | image: painting photo drawing tattoo print portrait |
immunise: jab shot vaccine | import: bring | improve: better | income: earn salary month gross net | infant: baby |
infection: antibiotics | ingredient: put add recipe made secret pinch | inhabit: live | inhale: asthma |
inherit: left grandmother grandfather passed will | initial: first | inject: insulin |
injure: hurt broke sprained tore pulled twisted fell slipped plaster crutches stitches bleeding ligament |
injury: hurt broke sprained tore pulled twisted fell slipped plaster crutches stitches bleeding |
ink: shoulder wrist arm ankle back | inked: shoulder wrist arm ankle back | inn: stay | insect: bee wasp spider |
inspect: mot check | inspection: mot test due | install: installed | instalment: month monthly pay |
institute: university | institution: university school | instruct: teaches | instruction: told |
instructor: teacher lessons teaches | instrument: play lessons practise learning strings |
insurance: policy insured covered premium claim | insurer: policy insured covered premium | intend: going plan |
interest: love into fascinated obsessed | internet: wifi broadband router mbit password network |
interview: job monday | intolerant: stomach bloated lactose gluten | introduce: met | invention: patent |
inventor: invented | invest: shares fund stocks savings | investigate: police | invite: coming guests party |
ip: address fixed | island: sail ferry | itch: rash | item: thing | jealous: envy | jewel: ring |
jewellery: ring necklace |
job: work works working started employed shift company run a trained qualified runs drives teaches nurse engineer
freelance | jog: run running | join: member joined signed | joint: knee hip | journal: diary |
journey: train drive hours takes trip | judge: court case | juice: orange |
keep: drawer box shelf cupboard tin folder attic cellar | keepsake: brought bought back |
kept: drawer box shelf cupboard tin folder attic cellar | key: spare neighbour | keyboard: type |
kid: son daughter child school | kidney: transplant | kind: sort | kindergarten: nursery daycare | king: royal |
kitchen: cook new cooker | knee: hurt operation | knit: wool scarf | knock: door | lack: low without no |
ladder: attic garage neighbour | lake: swim house | land: arrive plane | landlady: rent flat owner upstairs |
landlord: rent owner flat upstairs | language: speak learning fluent lessons bilingual |
laptop: macbook thinkpad computer | large: metres size | latest: new last | laundry: wash | law: lawyer studies |
lawn: grass mow mows mower | lawyer: will divorce contract case sue | lazy: sofa | lead: run manage charge |
league: team | leak: plumber roof | learn: lessons started taught teach class course | leave: moved quit behind left |
lecture: university course teach | leg: broke | lend: borrowed owe owes lent has gave | length: long metres cm |
lens: camera glasses | lent: has owes gave | lesson: teacher learning | letter: wrote | level: grade |
librarian: books | library: books borrow due | licence: plate driving drive plane test passed | license: plate driving |
lifelong: always | lifestyle: vegetarian vegan | lightbulb: lamp | like: love favourite prefer best always beats |
limit: max | line: metro bus | liquid: water | listen: music radio podcast album playlist | literature: books |
live: moved home flat house street address based city settled town village | liver: organ |
lives: moved flat house town street city village | loan: borrowed owe bank mortgage month year rate |
locate: in near behind | location: in at under behind near | lodge: stay |
lodging: hotel stay hostel apartment room booked | loft: boxes hatch | logo: brand | lonely: alone | lorry: drives |
lose: lost missing found wallet keys | lost: found wallet keys | lottery: won |
love: adore mad favourite best always prefer beats | lover: love | luggage: suitcase bag kilo carry |
lunch: eat sandwich noon canteen | luxury: treat | machine: broken dead packed dishwasher fridge oven washer |
magazine: subscription read | maid: cleaner | maiden: born | mail: letter | maintain: serviced |
maintenance: serviced service boiler garage | major: studied | make: model drive |
manager: boss report reports runs promoted head office company | manufacturer: brand made | map: route |
marathon: run running race | mark: grade | market: saturday | marriage: wedding married husband wife anniversary |
married: ceremony church vows bride reception |
marry: wedding married husband wife anniversary ceremony church vows bride reception | mass: church |
match: game won lost beat | mate: friend | math: maths algebra geometry calculus |
mathematics: maths algebra geometry calculus | maths: mathematics algebra geometry calculus | mayor: town |
meal: dinner ate lunch cooked cook cooks serve lasagne curry | measure: cm size |
mechanic: car garage brakes oil service | medal: won gold |
medication: take taking tablets pills prescribed prescription doctor drops spray mg daily takes twice morning pharmacy |
medicine: take taking tablets pills prescribed prescription doctor drops spray mg daily takes twice morning pharmacy |
meditate: yoga | meet: met introduced party first bus train school |
meeting: monday tuesday wednesday thursday friday room zoom | melody: song | member: joined join club |
memento: brought bought back | memorise: learn | mend: replaced broken mechanic engineer clutch brakes screen leaking |
mentor: taught boss teacher | merchant: sells | message: wrote text | met: introduced party first bus train school |
metal: plate screws | metropolis: city | midwife: birth | migraine: headache | military: army navy | milk: lactose oat |
mine: own | minister: church | misplace: lost | mobile: phone number | mobility: wheelchair | model: drive bought car |
money: euros pounds dollars paid owe cost save sold saved | monitor: screen inches | monthly: month |
morning: breakfast | mortgage: house loan bank month year rate | mosque: pray | mosquito: bite | mother: speak |
motherinlaw: wife husband mother | motif: painting photo drawing tattoo print portrait | motive: because | motor: car |
motorbike: rides | mountain: climb climbed hike summit peak | mouse: pet | move: moved moving leave left |
movie: film watched cinema saw cried | mow: lawn grass | multilingual: speak languages | muscle: gym |
museum: visit exhibition visited | music: listen play band album playlist vinyl | musical: play instrument theatre |
musician: plays band
"""
