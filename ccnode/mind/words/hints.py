"""How do people tell what they are later asked for? "asked: told": the told words answer for the asked, not the reverse."""

from __future__ import annotations

HINTS = """
address: live street road avenue lane number flat house moved
age: turn turned birthday born years
airline: flight flights tickets
airport: fly fly land landing depart flight terminal
alarm: burglar panel siren code ring rings wake clock
allowance: pocket money weekly
ambition dream goal aspiration: want hope someday finish before wish become learn plan
amount: total sum euros pounds dollars
ancestor: grandfather grandmother great descended
anniversary: married wedding celebrate years
apartment: flat rent live moved
appetite: eat hungry
appliance: machine broke
arrival arrive: land lands arriving come comes get gets in reach due
arrive: back home
artist: painter painted band singer album concert
ashes: scattered buried cremated
asleep: sleep bed night drift nod
aspiration: want hope
attend: go went going been visit meeting class ticket
author: by wrote novel book reading
avoid: allergic allergy intolerant mustn't stop stopped no off never cannot hate upset reaction doctor
bake: cake bread oven cookies pie
bank: account savings mortgage loan card
barber: haircut hair cut
battery: charge charger charged
beneficiary: will inherit leave left
beverage: coffee tea cup pint glass drink drinking
bill: pay paid charge electricity euros cost
birthplace: born hospital came
birth: born delivered
boss: report manager head director runs
bother: annoy noise keep awake
boyfriend: dating seeing partner together
brand: bought drive use wear running new own swear
break broke: broken fractured cracked snapped plaster cast
breed: mix puppy labrador terrier
budget: spend euros limit month groceries afford
bury: grave funeral rests buried laid cemetery
buy: bought got ordered purchased picked paid new treat treated splashed spent
buyer: sold
campus: university college
cancel: cancelled called dropped quit ended stopped
candidate: vote interview apply
capacity: seats sleeps holds litres people
career: job work became
caretaker: looks feeds waters
ceremony: wedding church married vows
challenge: struggle hard difficult
childhood: grew raised kid little young
child: son daughter boy girl twins baby kids
choir: sing singing soprano alto tenor bass
christen: named baptised
cinema: film movie saw watched
city: moved live lives living town based flew
class: course lesson teacher school evening
clean: cleaner scrub tidy wipe
climb: mountain summit peak
clinic: doctor hospital appointment surgery
closest: best near
clothing: wear wore bought
club: member joined join team
coach: train training taught
code: pin password digits lock opens entry door number alarm
collaborate: work together
colleague: works team office desk together
collect: collection pick picking fetch
collection: collect hundred own
college: studied degree went graduated
colour: painted paint
commute: train bus cycle bike drive walk minutes work ride
company: work works firm employer
competition: won entered race place came prize
complain: noise annoyed unhappy
composer: music piece symphony
conceal: hid hidden behind under
condition: diagnosed suffer have doctor
connection: internet broadband speed
contact: call ring phone number email extension
cook: make dinner recipe dish turn
cost: euros pounds dollars paid pay price quote a
country: moved live born flew travelled holiday from
course: studying evening class
craft: make knit sew
crash: hit accident damaged
cuisine: restaurant food eat
cure: helped works took tablets
daily: every day morning
damage: broke cracked dent leak
dance: lessons partner class
deadline: due submit hand before until by end
dealer: bought
deficient deficiency: low lack tablets iron vitamin
delivery: arrive arrives parcel coming courier
dentist: teeth tooth crown filling
departure depart: leave leaves flight train goes
destination: going travel fly flying trip holiday heading off
device: bought broke laptop phone
diagnosis diagnose: doctor told suffer have turns
diet: vegetarian vegan meat eat keto cut
dish: cook make recipe serve signature
dislike: hate stand awful disgusting never can't
disgust: hate awful soap vomit
distance: km kilometres miles minutes far walk
doctor: dr surgery practice appointment see
donate: gave charity blood
dream: want hope someday one
drink: coffee tea glass pint cup beer wine
drive: car own
driver: drives
drop: stopped quit gave
duration: hours minutes weeks lasted took
earn: salary paid make
elevator: lift
email: mail @
employer: work works working started joined job
enemy: hate rival
enjoy: love like fun favourite fan
entertain: fun play
enrol: signed started course joined
exam: passed failed test result grade
exchange: host abroad semester
exercise: run gym swim yoga physio stretch daily
expect: due coming awaiting guests
expense: paid cost euros
expiry expire: valid until runs renew ends
extension: call
eyesight: glasses minus lenses prescription
fail: failed
famous: known celebrity
fan: support team love
fault: broken fails error
favourite: love best adore prefer nothing beats always mad obsessed
fear: scared afraid terrified phobia fright nervous panic hate
feed: food eats
fee: euros month charges cost
fellow: colleague
festival: music tickets camping
fiance: engaged marrying
film: watched saw cinema movie
finish: done complete ended result time
firm: work company
fix: repaired mended plumber
flavour: ice cream taste scoop
flight: fly plane lands takes tickets boarding
floor: live storey flat upstairs
flower: tulips roses bouquet planted
food: eat eats eating cook dish
footwear: shoes boots trainers
foreign: speak language
forget: never remember lose
found: set started
fracture: broke broken
friend: met mate known friends
fuel: petrol diesel electric
funeral: died buried
furniture: bought table sofa
future: plan want going
game: play playing beat
garden: grow plant planted
gift: gave got present bought birthday surprise
gluten: coeliac wheat
goal: want aim hope train finish learn before
graduate: degree university finished class
grandchild: grandson granddaughter
grow: planted plant grew balcony garden
guard: watch dog
guest: invited coming people
gym: train membership workout
habit: always every never still
haircut: barber hairdresser
hand: left right lefty leftie
handle: deal care
hate: stand dislike awful
headache: migraine
heal: better recovered
health: doctor ill blood diagnosed
hear: ears deaf hearing
height: cm tall metres feet
hide: hid behind under put stash drawer
hire: rent new started
hobby: love weekends evenings spare into started taken restoring collect play
holiday: trip fly week going booked cottage beach staying
homeland: born came from
home: live moved house
honeymoon: married flew
hospital: ward room operation surgery born
host: family stay
hotel: booked staying stay room
hour: from until
hurt: injured broke sprained pulled pain
husband: married
ill illness: diagnosed suffer hospital disease
improve: better
income: earn salary
ingredient: put add recipe made
inherit: left grandmother grandfather passed
injury: hurt broke sprained tore pulled twisted fell
injure: hurt broke sprained tore pulled twisted fell
inspection: mot test due
instalment: month monthly pay
instructor: teacher lessons teaches
instrument: play lessons practise learning
insurer insurance: policy insured covered premium
interest: love into fascinated obsessed
internet: wifi broadband router mbit
invest: shares fund stocks savings
invite: coming guests party
item: thing
jewellery: ring necklace
job: work works working job started employed shift company run a
jog: run running
join: member joined signed
journey: train drive hours takes trip
kid: son daughter child school
kitchen: cook
knit: wool scarf
lack: low without no
landlord: rent owner
language: speak learning fluent lessons
laptop: macbook thinkpad computer
large: metres size
lead: run manage charge
learn: lessons started taught teach class course
leave: moved quit behind left
lecture: university course
lend: borrowed owe owes lent
length: long metres cm
lesson: teacher learning
library: books borrow
license licence: plate driving
lifestyle: vegetarian vegan
like: love favourite prefer
listen: music radio podcast album playlist
live: moved home flat house street address based city
loan: borrowed owe bank mortgage
location: in at under behind near
lodge: stay
lose: lost missing
love: adore mad favourite
luggage: suitcase bag
magazine: subscription read
maiden: born
make: model drive
manager: boss report reports runs
marathon: run running race
marriage marry: wedding married husband wife anniversary
match: game won lost beat
mate: friend
meal: dinner ate lunch
medal: won
medicine medication: take taking tablets pills prescribed prescription doctor drops spray
meet: met introduced
member: joined join
memorise: learn
mentor: taught
message: wrote text
metal: plate screws
milk: lactose oat
model: drive bought car
money: euros pounds dollars paid owe cost save
monitor: screen inches
mortgage: house loan bank
mother tongue: speak
motive: because
mountain: climb climbed hike summit peak
mouse: pet
move: moved moving leave left
movie: film watched cinema
museum: visit exhibition
music: listen play band album
musician: plays band
national nationality: passport born citizen comes from
native: born
neighbour: next door number
newspaper: read
nickname: call called
night: sleep
noise: loud snores
number: digits
nurse: hospital works
occupation: work works job
occupy: live
offer: job quote
office: work desk floor
operate: surgery
operation: surgery hospital had removed replaced put
opponent: against versus beat facing playing
order: ordered takeaway bought
organ: transplant
organise: plan arranged
origin: born grew came family from
outfit: wear dress suit
own: have got bought
owner: belongs
paint: painted brush
parcel: delivered courier arrives
park: parking space spot garage
part: role
partner: husband wife married together boyfriend girlfriend dating
party: birthday celebrate guests
pass: passed exam
passion: love obsessed
password passcode: login pin
pastime: love weekends evenings
patient: ill
pay: cost euros paid rent month
penalty: fine
perform: play sing stage
pet: dog cat named
phobia: scared afraid
phone: number
photograph: camera
physician: dr doctor
piece: practising playing
pill: take
pin: code
place: at in
plan: going want trip
plant: planted grow
plate: registration
platform: train
play: team band game lessons
pool: swim
popular: everyone
position: job work plays
postpone: moved later
practise: play training lessons
pregnant: expecting due baby
prepare: training
prescribe: doctor told tablets physio dose
present: gave got bought birthday wrapped
price: cost euros pounds dollars paid quote
problem: broken leak fault trouble hurt
profession: work works job
project: working team
pronounce: say
property: house flat
provider: internet phone contract
purchase: bought got ordered
puzzle: jigsaw pieces
qualification: degree diploma
quality: good
quantity: many
quit: gave stopped
race: run finished marathon
raise: grew
rank rating: points score elo
reach: call at
read: book novel reading pages halfway chapter
reading: book novel pages halfway chapter
reason: because since
recipe: cook secret
recommend: should try
record: best fastest time
recover: better healed
refuse: turned declined rejected said no
registration: plate
relation relative: uncle aunt cousin niece nephew brother sister grandmother grandfather
relax: unwind evening
religion: church faith baptised mosque synagogue
remove: taken out
rent: pay month landlord euros
repair: fixed replaced mechanic plumber garage mended broken
replace: new
reservation: booked table
reserve: booked table
reside: live moved
resident: live
resign: quit notice
restaurant: table booked ate dinner italian
restoration: restoring
restrict: can't
retire: pension last day stop
return: back home
reward: prize
ride: bike horse
ring: finger engaged wears
role: play plays job
romantic: love
room: upstairs
roommate: live share
route: via through
routine: every morning always
rule: never always must
run: marathon km
safe: locked
salary: earn paid make
sale: sold
savings: save account
school: class teacher pupils year
score: points result won
scholarship: won
season: spring summer autumn winter
seat: row aisle window sit
secret: nobody don't hidden
see: appointment watch
sell: sold gave
serve: army navy
shift: nights work
shop: buy bought store
show: watch watching series
sibling: brother sister twin
sick: ill vomit
side: left right
sign: signed
sing: choir song karaoke
size: wear take inches
skill: good able
sleep: bed night hours asleep
smell: scent
smoke: cigarettes quit stopped
snack: eat crisps
social: friends
sold: sell
song: sing music danced played
speak: fluent language learned
species: bird tree
speech: toast spoke
speed: mbit fast mph
spend: pay cost euros stay
spice: hot
sponsor: run
sport: play team train club
spouse: husband wife married
stay: hotel host airbnb
stop: quit gave
storage: keep cellar
store: keep kept put shed
stray: found
street: live address number
student: studying university
study: degree university studying lectures course exams law
style: wear
subject: studying teaches lectures degree
suffer: have diagnosed
suit: wear
supervisor: report manager boss
supplier: from
supply: order
support: team fan match
surgeon: operation
surgery: operation hospital removed replaced
surprise: secret
swap: switched replaced
sweet: sugar cake chocolate
swim: pool lengths laps lake
switch: changed moved
symptom: pain hurts ache
talent: good
tattoo: ink got
tax: return accountant
teach: teacher lessons taught school
teacher: lessons teaches school taught class mr mrs
team: support play fan club
temperature: degrees fever thermostat
tenant: rent
terminal: flight
test: passed result
theatre: play tickets
theme: party
therapy: session
thesis: writing about
ticket: booked bought
tidy: clean
title: called
tongue: speak language
tool: drill
topic: about
tour: trip
town: live moved born grew
tradition: every always year
train: station platform
trainer: gym
transfer: moved
transport: train bus bike
travel: fly trip train drive went
treat: tablets cream
treatment: tablets therapy
trip: going fly travel week
trouble: broken
try: tried
tune: song
tutor: lessons teaches
unable: can't
uncle: brother
university: studied degree graduated uni class
unlock: code pin key
unwell: ill sick
upset: cried
vacation: trip fly week holiday
vaccinate: jab shot
value: worth
variety: grow
vehicle: car drive van bike plate
venue: held at hall church party
view: window
village: live grew born
visa: travel
visit: went see trip
visitor: staying coming
voice: sing soprano alto tenor
volunteer: help shelter weekends
vote: voted party
wage: earn
wake: alarm up morning
walk: dog round minutes
warranty: guarantee
watch: film series match wear
water: tap
weakness: can't resist
wear: shoes size glasses
weather: rain sun
website: www com
wedding: married marry wed
weigh weight: kg kilos scale
wheel: tyre
wife: married
win: won prize first
winner: won
wish: want hope
work: job office company
workout: gym run
workplace: office work
worry: anxious afraid
wound: cut stitches
write: book writing novel diary
year: since
yoga: class mat
young: kid
zodiac: leo virgo
dinosaur: prehistoric
prehistoric: dinosaur fossil mammoth
metropolis: city
naturally: always really
grass: lawn mow mows
lawn: grass mow mows mower
burglar: alarm thief break
disarm: off code switch alarm
nightmare: scared horror ruined
quiet: earplugs silence noise
silence: quiet noise
stuffy: blocked nose
expensive: quote cost euros price
cheap: euros cost
rate: hour charges euros per
hourly: hour
monthly: month
weekly: week every
annual: year every
yearly: year every
electric: e-bike battery
opening: chess defence gambit
periodical: magazine journal subscription
licence: drive driving plane
congress: conference
conference: congress hotel talk
variety: kind tomato
herb: taste
clue: hint
hint: clue
physiotherapist: physio exercises
ladder: attic
attic: hatch roof
roof: attic loft
refuse: turn down declined
web: site server online
periodic: every
storage: nas disk
ip: address fixed
reach: call address
scarf: knit wool
sweater: knit wool jumper
exit: leave
bite: dog
hungry: eat
thirsty: drink
tired: sleep
pray: church mosque
believe: faith church
hometown: born grew raised from
homeowner: house
flatmate: share live
midwife: birth
newborn: baby weeks born
toddler: child years
teenager: years
crib: baby
stroller: baby
pram: baby
diaper: baby
nanny: looks children kids
pupil: school
headteacher: school
kindergarten: nursery daycare
daycare: nursery
grade: exam result
notebook: diary
diary: journal write
alarm: wake
old: turned turn born birthday years age
accent: speak sounds
accommodation: hotel booked stay staying hostel airbnb rented
accompany: with together came
achievement achieve: won finished passed record proud
acquire: bought got inherited
activity: club class swim football every
acquaintance: met know friend
adore: love mad favourite
advice: told said should never always
ailment: suffer have diagnosed doctor hurts
alcohol: drink beer wine whisky sober
ancestry: grandparents came from family
annoy: hate noise drives mad nerves
apparel: wear
appear: looks
appoint: promoted became
appreciate: love like
apprehensive: nervous scared worried
arrest: police
assemble: built put
assist: helps help
athletic: run train sport
attack: bit bitten
attire: wear dress suit
aunt: sister mother
authority: council police
avoid: stay away
await: waiting coming due
award: won prize medal
backup: disk drive copied saved
balance: account euros left
band: play plays singer
banned: not allowed forbidden
basement: cellar
beat: won lost
beg: asked
beginner: started learning
belief: believe faith
belongings: things boxes stuff
beneath: under
birthplace: born grew
bless: church
blood: o a b positive negative type
bloodtype: o a b ab positive negative
boat: sail sailing moored harbour
body: height weight
booking: booked reserved table room
bookshop: books
borrow: lent lend owe returned
branch: office
breakfast: eat porridge toast eggs muesli cereal coffee
bride: married wedding
broadcast: radio
brother: sibling
builder: built building kitchen
bus: stop line
business: company shop run founded sells
cab: taxi
call: named name phone
camera: canon nikon sony fuji leica pictures
campaign: vote party
cancer: chemo treatment
capacity: holds
car: drive drives driving parked toyota volvo skoda
care: nurse looks
cash: money euros
castle: visited
cat: litter purrs
catch: train bus
cause: because from due after
celebrity: met
celebrate: party birthday anniversary dinner
cellar: wine
cemetery: buried grave
championship: won final
charity: volunteer donate shelter
cheer: support
childcare: nursery nanny daycare
chore: clean wash dishes bins
chronic: suffer
church: sundays mass
cinema: film
circumference: size
climate: weather
clock: alarm
coach: trains trainer
coast: sea beach
coat: jacket
colleague: works with team
comfort: blanket
command: runs leads
comment: said
commute: take train bus minutes drive cycle
companion: with dog partner
compete: race contest tournament
complaint: noise pain
computer: laptop macbook pc
concert: tickets band saw playing
confess: secret
confirm: booked
connect: wifi
construct: built
consult: see appointment
consume: eat drink
continent: africa asia europe australia
contract: signed until
cook: makes dinner recipe chef
copy: backup
costume: dressed
cottage: holiday
couple: married together
courier: parcel dhl ups
cousin: aunt uncle
craft: make made
crew: team
criminal: stole
crop: grow planted harvest
cry: film tears wept
culture: from
cure: tablets
curriculum: school
customer: client sells
cut: finger hair
cycle: bike ride
dance: tango salsa class
danger: allergic careful
date: on
daughter: girl
dead: died passed
debt: owe borrowed loan
decorate: painted paint
defeat: lost beat
degree: studied graduated phd bachelor
delay: late postponed
delicate: allergic
demand: want
dependant: child
deposit: paid euros
depression: therapy tablets
desk: sit window floor
dessert: cake ice cream favourite
destination: going flying heading
detest: hate stand
device: phone laptop tablet
diabetic: insulin
die: died passed death funeral lost
dinner: cook eat ate restaurant
diploma: graduated
direct: conducts leads head
directions: turn left right
dirty: clean
disability: wheelchair deaf blind
disagree: argue quarrel row
discover: found
discount: off
disease: diagnosed suffer
disturb: noise wakes
dive: sea
divorce: separated ex split
doctorate: phd thesis
document: passport papers
dog: walk puppy barks
dose: tablets daily mg
download: install
dress: wear wore
dwell: live
eager: excited
earring: jewellery
eat: food dish dinner lunch breakfast
editor: vim emacs code
educate: school studied
egg: hens chickens
elderly: old grandmother
elect: vote won
electrician: wiring
embarrass: ashamed
emergency: call contact
emigrate: moved
employ: works hired job company
employee: works staff
encounter: met
energy: electricity gas supplier
engage: proposed ring
engineer: works bridges
enroll: signed started
entertainment: film music
entrance: door
environment: nature
equipment: gear
escape: ran
evening: night
event: wedding party conference
examine: doctor test
excursion: trip
execute: run
exhibit: museum
exhibition: museum gallery
exotic: travel
experience: worked years
expert: specialist
explore: hike travel
export: sell
express: train
extra: spare
fabric: wool cotton
faint: blood
faith: church
fall: fell broke
familiar: know
family: parents kids brother sister
farm: cows sheep
fashion: wear
fast: speed minutes
fat: weigh
feature: has
ferry: crossing boat
fiction: novel book read
field: study work
file: saved folder
finance: bank loan
find: is under behind in
finger: ring
fire: smoke alarm
firm: works company
fish: caught
flavour: vanilla chocolate pistachio
fluency: speak
flu: fever sick
fly: flight airline
fond: love
football: supports team
forecast: weather
foster: adopted
fragrance: perfume
frequency: every twice weekly
fridge: freezer milk
friend: known met best
frighten: scared afraid terrified
fruit: apple
fun: hobby
fund: save
gadget: bought
gallery: exhibition paintings
gamble: bet lottery
garage: mechanic car
gender: boy girl
generation: grandmother
genre: jazz rock thriller
gift: gave bought
glove: size
goal: want
grandparent: grandmother grandfather
grocery: supermarket shop
groom: wedding
ground: floor
guest: visiting stays
guide: tour
hair: cut dye blonde brown red
hairstylist: hair cut
hardware: laptop
harm: hurt
head: runs leads
headphones: sony bose
heart: pacemaker
heat: degrees thermostat boiler
heritage: family from
hike: walked trail
hobby: weekends enjoy spend
holiday: july august week fly booked
honour: named award
horoscope: leo virgo
host: stay party
household: live
hunger: eat
husband: married
identity: passport
illness: diagnosed
immunise: jab shot vaccine
import: bring
income: salary earn
infant: baby
infection: antibiotics
inhale: asthma
inhabit: live
initial: first
inject: insulin
inn: stay
insect: bee wasp spider
inspect: mot check
install: installed
institute: university
institution: university school
instruction: told
instruct: teaches
intend: going plan
introduce: met
invention: patent
investigate: police
island: sail ferry
itch: rash
jealous: envy
jewel: ring
joint: knee hip
journal: diary
judge: court
juice: orange
keyboard: type
kidney: transplant
kind: sort
kindergarten: nursery
king: royal
knee: hurt operation
knock: door
lake: swim
land: arrive plane
latest: new last
laundry: wash
law: lawyer studies
lazy: sofa
league: team
leak: plumber roof
lecture: teach university
leg: broke
lend: borrowed
lens: camera glasses
letter: wrote
level: grade
librarian: books
lifelong: always
lightbulb: lamp
limit: max
line: metro bus
liquid: water
literature: books
live: based settled moved
liver: organ
locate: in near behind
lodging: hotel stay
logo: brand
lonely: alone
lorry: drives
lottery: won
lover: love
lunch: eat sandwich noon
luxury: treat
maid: cleaner
mail: letter
maintain: serviced
maintenance: serviced service boiler garage
major: studied
map: route
mark: grade
mass: church
meal: cooked ate
measure: cm size
mechanic: car garage
medal: won gold
meditate: yoga
melody: song
mentor: boss teacher
merchant: sells
message: text
migraine: headache
military: army navy
mine: own
minister: church
misplace: lost
mobile: phone number
mobility: wheelchair
money: euros sold
morning: breakfast
mosque: pray
mosquito: bite
motive: because
motor: car
mow: lawn grass
multilingual: speak languages
muscle: gym
museum: visited
musical: play instrument theatre
nap: sleep
narrate: podcast
nausea: sick
necklace: wear
neighbourhood: live moved
newborn: baby
news: paper
nickname: call
nightmare: dream
noise: snores loud neighbours drum
nursery: child
nut: allergic
oath: promise
obligation: must
observe: watch birds
occupant: live
ocean: sea
offspring: children son daughter
oldest: first eldest
online: website wifi internet password
operate: run
optician: glasses
orchestra: plays
ordeal: hospital
organisation: work volunteer
outdoors: hike camping
overseas: abroad moved
overnight: stay
owe: borrowed lent pay back
package: parcel
pain: hurts
parade: march
parking: spot space garage level
participate: run race join
passenger: fly
passport: expires renew
password: hint login
pastor: church
patient: hospital
pay: costs
peace: quiet
peculiar: strange
pension: retire
pharmacy: medicine
philosophy: studies
photographer: pictures
physics: studies teaches
picnic: park
picture: photo painting
pilot: flies plane
pizza: order favourite
planet: space
platform: train
plumber: pipe leak tap
poem: wrote
poison: allergic
police: stolen
politics: vote party
population: people
port: harbour server
possess: own have
postpone: moved
pottery: clay
power: electricity
pray: church
preference: prefer like favourite
premium: insurance pays
prescription: tablets glasses doctor
preserve: keep
prestige: award
pride: proud
priest: church
principal: headmaster head school
printer: prints
prison: jail
product: sells
programme: watch tv
programming: python code java rust
prohibit: not allowed
promise: swore vowed
prone: suffer
proposal: proposed engaged
protect: insurance
pub: drink
publish: book wrote
pupil: teach class
purpose: for because
quantity: how
quarrel: argue fell out
queue: wait
quilt: blanket sew
quote: euros offer
rabbit: pet
radio: station listen
rain: weather
raise: salary
ranking: rating points
rash: skin
reaction: allergic rash swell
realtor: house
rear: back
reboot: restart
recall: remember
receipt: kept
reception: wedding
reckon: think
recreation: hobby
refurbish: renovated
regret: wish
rehearse: practise band choir
reimburse: pay back
relax: bath yoga read
release: launch
relocate: moved moving
remedy: tablets tea
remote: home
renew: expires
renovate: kitchen bathroom builder
rescue: shelter
research: phd thesis studies
residence: live house flat
restless: sleep
restore: repaired fixing
result: won passed
resume: job
reunion: meet school
reveal: secret told
revenue: income
revise: exam
reward: prize
rhythm: drum
ride: horse bike
rival: hate beat
river: swim
roof: leak
room: number floor
rough: hard
royal: king
ruin: broke spilled
sad: cried
safe: code locked
sandwich: lunch
satisfy: happy
sauce: cook
scar: cut burned
scare: afraid
schedule: every monday
scholar: studies
scooter: ride
sculpture: clay
season: summer winter spring autumn
section: row
sell: sold euros
seminar: conference
senior: old
sensitive: allergic
separate: divorced
service: garage mechanic
settle: moved
shed: garden tools
ship: sail
shirt: wear
shock: surprised
shop: buy
shower: bath
siblings: brother sister
signature: sign
silent: quiet
singer: sings band
single: divorced
situated: near in
skate: ice
skill: can learned
skin: rash eczema
sleepy: tired
slim: weight
snake: afraid
sneeze: pollen hayfever allergic
soap: smell
socialise: friends
sofa: couch
soldier: army
solution: fix works
son: boy
soprano: sing
soul: believe
source: from
spare: key
species: birds
spectacles: glasses
spider: afraid scared
spine: back
split: divorced separated
spouse: married
stadium: match
stage: fright
stain: spilled
stamp: collect
starve: hungry
statue: sculpture
steal: stolen taken nicked
stepfather: mother's husband
stitch: sew knit
stomach: milk lactose hurts
storm: roof damage
strange: weird
stress: worried
stubborn: won't
studio: flat
stylist: hair
submit: deadline hand
suburb: live
subway: line station
succeed: passed
sunburn: sun
superstition: lucky never
suppertime: dinner
supply: bought
surf: waves
surname: name
survive: accident
swallow: tablets
swear: promised
sweetheart: girlfriend
swell: bee
switch: moved
symphony: orchestra
tablet: daily
takeaway: pizza order
tall: cm metres
tan: sun
tart: pie
taste: like awful delicious
taxi: cab
technician: repaired
telescope: stars
temple: pray
tempt: resist
tenor: sing
terrace: garden
terrify: scared afraid spiders
text: message
theft: stolen
thesis: phd writing
thief: stolen
throat: sore
thumb: broke
tile: bathroom
timetable: every
tip: advice
title: book
toddler: baby
toilet: bathroom
tooth: dentist
tournament: won chess
tourist: visit
toxic: allergic
trade: work carpenter plumber
tragedy: died
trail: hike
trainers: shoes
translate: translator
transport: train
trauma: accident
trek: hike mountains
trial: court
trophy: won
trust: secret
tuition: lessons
tutor: teaches
twin: brother sister
umbrella: lost
uncomfortable: hate
uniform: wear
unique: only
urgent: call
utility: electricity gas bill
vaccine: jab
valuable: ring safe
vegetable: grow
vegetarian: meat
venue: hall
verse: poem
vessel: boat
veteran: army
village: live
vineyard: wine
vinyl: records
violin: play
virus: flu
vision: glasses
vocation: work
volume: litres
vow: promise
voyage: trip
waist: size
wallet: lost
war: army
ward: hospital
wardrobe: clothes
warm: degrees
warn: careful
wash: laundry machine
waste: bin
wealth: money
weapon: gun
weekend: saturday sunday
wellness: yoga
wheelchair: mobility
widow: husband died
wildlife: birds
wind: storm
window: seat sit
winner: won prize
wire: electrician
witness: saw
wizard: magic
wool: knit
worldview: believe
worship: church mosque temple
worst: hate
wrist: broke
yacht: sail
yell: angry
yoghurt: breakfast
youngster: child son daughter
youth: kid childhood
"""
