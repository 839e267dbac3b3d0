"""How do people tell what they are later asked for? "asked: told": the told words answer for the asked, not the reverse."""

from __future__ import annotations

HINTS = """
address: live street road avenue lane number flat house moved
age: turn turned birthday born years
airline: fly flew flight flights tickets
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
pay: cost euros paid
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
plate: registration car
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
"""
