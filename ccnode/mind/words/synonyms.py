"""Which everyday words can stand for one another in a question and its answer? One group a line."""

from __future__ import annotations

# Underscore joins are the names given to word pairs in `forms.PHRASES`; a word may be in several groups.
SYNONYMS = """
live reside inhabit dwell based settle residence
live move relocate settle house flat apartment address home
move relocate emigrate resettle
move transfer relocate
home house flat apartment
house cottage bungalow villa residence property
address live street reside
job work occupation employ employment employed profession career vocation post
job position role title
work employer company firm
employer company firm business workplace organisation organization corporation
employer work job office
eat food meal
eat dine
diet vegetarian vegan eat
car automobile motor auto
vehicle car automobile
drive car
cost price pay expensive fee charge euro dollar pound
cost worth bill spend
pay paid spend cost
salary wage earn income paycheck payslip earnings pay
rate charge fee cost price
rent euro month
height tall
weight weigh kilo kilogram
origin born native hometown roots
birthplace born
birthday born turn
childhood raise hometown
holiday vacation getaway trip
holiday travel trip
meeting standup appointment
fan supporter
garden yard
beach seaside coast shore
series show tv programme sitcom
speed fast slow megabit
email mail
plant grow sow seed
boss manager supervisor superior chief lead head
colleague coworker co-worker workmate teammate
fired dismissed sacked redundant laid_off
retire retirement pension
intern internship apprentice apprenticeship trainee placement
shift rota roster
resign quit leave notice
hire recruit employ
promote promotion raise
interview application apply candidate
study degree major course graduate graduation university college diploma thesis dissertation doctorate phd bachelor master
student pupil learner undergraduate
teacher teach tutor instructor lecturer professor coach trainer educator lesson mentor
learn study practise practice lesson course class taught
exam test examination quiz assessment finals
homework assignment coursework
subject topic field discipline specialise specialize
car hatchback sedan saloon estate suv van convertible
bike bicycle cycle cyclist cycling pushbike
motorbike motorcycle scooter moped
truck lorry trucker
plate licence license registration reg
park parking garage
petrol fuel gas diesel gasoline refuel
mechanic garage workshop
tyre tire wheel
commute commuting travel journey route
train rail railway tram metro subway underground tube
bus coach
plane flight fly airline aeroplane airplane
boat ship ferry yacht sail sailing dinghy
doctor physician gp medic surgery practitioner clinician
dentist dental orthodontist hygienist tooth teeth
optician optometrist eye glasses spectacles lens prescription
therapist psychologist counsellor counselor psychiatrist therapy shrink
physio physiotherapist physiotherapy physical_therapist
nurse nursing
vet veterinarian veterinary
pharmacy chemist pharmacist drugstore
hospital clinic ward infirmary
surgery operation operate op surgeon procedure
medicine medication drug tablet pill prescription remedy antibiotic dose
ill illness sick disease condition unwell ailment disorder diagnosis diagnose suffer syndrome
pain ache hurt sore injure injury
injure injury break fracture sprain twist tear
allergic allergy allergies intolerant intolerance reaction react
avoid allergic allergy intolerant forbid cannot
asthma inhaler asthmatic breathing
diabetes diabetic insulin
coeliac celiac gluten wheat
lactose dairy milk
vegetarian vegan plant-based meatless meat-free veggie
appointment visit consultation checkup check-up booking see meeting
vaccinate vaccine vaccination jab shot injection
bloodtype blood
pregnant pregnancy expecting baby due
flat apartment studio loft condo maisonette
rent rental lease tenant landlord landlady
landlord landlady owner letting
mortgage loan
flatmate roommate housemate lodger
neighbour neighbor neighbourhood neighborhood nextdoor
address street road avenue lane
town city village municipality
district neighbourhood borough quarter suburb area
floor storey story level
country nation nationality citizen citizenship passport
birthday born birth turn bday birthdate
childhood kid young raise youth hometown
wife spouse partner married missus
husband spouse partner married hubby
girlfriend partner
boyfriend partner
spouse partner fiance fiancee
fiance fiancee engaged engagement betrothed
engaged engagement propose proposal ring
married marry marriage wedding
wedding marry married ceremony bride groom nuptials
anniversary wedding
divorce divorced separate separation ex
mother mum mom mommy mummy mam ma
father dad daddy papa
parent mother father mum dad mom
grandmother grandma gran granny nan nana nanna
grandfather grandpa granddad grandad gramps
grandparent grandmother grandfather grandma grandpa
sibling brother sister twin
child kid son daughter baby toddler offspring youngster boy girl
son boy
daughter girl
cousin relative relation
uncle relative
aunt auntie aunty relative
niece relative
nephew relative
family relative relation kin
friend buddy pal mate bestfriend companion chum
bestfriend friend bestman closest
babysitter nanny childminder sitter au_pair
baby newborn infant
pet animal dog cat
dog puppy pup hound canine pooch mutt
cat kitten kitty feline tomcat
horse pony mare stallion foal
rabbit bunny
bird parrot budgie canary
hen chicken
tortoise turtle
breed species kind race
name call nickname christen named
nickname name call alias
surname lastname
phone mobile cell telephone smartphone handset iphone android
phonenumber phone telephone mobile reach
computer laptop pc desktop macbook notebook
tablet ipad
screen monitor display
printer print
headphone earphone earbud headset
camera lens photography photograph photo
television tv telly
charger charging cable plug
password passphrase passcode login credential
pin code combination passcode
code password combination passcode keypad unlock lock alarm
wifi internet network router broadband
account username login profile
website site webpage blog
software app program application tool
program code programming coding develop developer programmer
editor ide
server host
backup archive copy
food dish meal cuisine cooking recipe
cook cooking chef recipe bake dish
bake baking baker bakery cake bread
dinner supper evening
dessert pudding sweet cake
snack nibble crisps
restaurant bistro eatery diner cafe trattoria pizzeria
cafe coffeehouse teahouse
pub bar tavern
drink beverage sip
coffee espresso latte cappuccino caffeine flat_white americano
tea chai brew
alcohol drink booze beer wine
beer ale lager pint brewery
wine vineyard vintage
spicy hot chilli
sugar sweet sweetener
milk dairy oat
grocery groceries supermarket shopping
shop store market boutique outlet
sell seller sale
buy purchase acquire
cheap bargain discount inexpensive
money cash fund saving budget
save saving
owe debt loan lend borrow repay
lend borrow loan
gift present
donate donation charity
bank banking account
insurance insurer insure policy insured coverage
tax taxes accountant
invoice bill receipt
contract agreement
subscribe subscription membership member
win prize award won victory medal trophy
competition contest tournament race match championship
lose lost missing misplace
find found discover
hide hidden stash conceal
store stored keep storage kept stash
keep kept stored located hidden
specialist doctor consultant
empty expire
grill barbecue
server machine
spare extra backup duplicate
key keys
lock padlock
steal stolen theft burgle burglary rob
break broke broken smash crack fail
repair fix mend service
replace swap change
clean cleaner tidy wash
cleaner cleaning maid housekeeper
wash laundry washer
tree orchard
vegetable veg
water watering
bin rubbish garbage trash waste refuse recycling
build construct made
renovate renovation refurbish redecorate remodel
paint painted painter painting
colour color shade painted hue
furniture sofa couch armchair
sofa couch settee
cupboard cabinet wardrobe closet drawer
fridge refrigerator freezer
oven stove cooker hob
kettle teapot
heating boiler radiator thermostat heat
bathroom toilet shower loo bath
livingroom lounge
cellar basement
attic loft
garage shed
balcony terrace patio
wardrobe clothes
clothes clothing wear outfit garment dress
wear dress wore outfit
coat jacket parka anorak
trousers jeans pants
jumper sweater pullover cardigan
trainers sneakers shoe
shoe boot footwear trainer shoesize
shoesize shoe foot
size fit measure
glasses spectacles
bag backpack rucksack suitcase luggage handbag
luggage suitcase baggage
watch clock timepiece
jewellery jewelry ring necklace bracelet earring
necklace pendant
umbrella brolly
tattoo ink inked
hair haircut hairdresser barber hairstyle stylist salon
eye eyes
tall height
lefthanded left-handed
hobby pastime interest leisure enjoy spare_time weekend
sport exercise training fitness
exercise gym workout training fitness
gym fitness
run running jog jogging runner marathon race
marathon race half-marathon triathlon
swim swimming swimmer pool
climb climbing climber bouldering
hike hiking walk trek trekking trail
walk stroll
ski skiing skier slope
dance dancing dancer ballet salsa tango
sing singing choir singer vocal chorus
music band musician song tune
band group musician artist singer
song track tune melody
instrument play music
concert gig festival
film movie cinema picture
actor actress star
book novel read author
author writer write novelist wrote
read reading book
write writing wrote author
poem poetry poet
paint drawing draw art sketch
art gallery museum exhibition
sew sewing knit knitting crochet
photograph photo picture photography
collect collection collector collecting gather
game play player
chess boardgame
team squad side
football soccer
support supporter fan team root
coach trainer
language speak fluent tongue bilingual
speak fluent language
translate translation translator interpreter
trip travel journey visit tour
honeymoon trip
travel visit go trip fly
hotel hostel accommodation airbnb guesthouse inn
book booked reserve reservation booking
mountain peak summit hill
camp camping tent campsite
island isle
abroad overseas foreign
arrive arrival land come
depart departure leave
return back
meet met meeting encounter introduce
party celebrate celebration
celebrate celebration party
invite invitation guest
guest visitor
event occasion
church mass parish
religion faith religious
volunteer volunteering charity help
vote election
deadline due submit
schedule timetable calendar plan
start begin commence began open
end finish complete over
open opening hours
close closed closing shut
wake alarm rise up
bedtime asleep sleep bed
sleep asleep insomnia nap
alarm wake
weekly week
delivery deliver parcel package courier
parcel package
collect fetch
move relocate
die died death dead funeral passed_away
funeral burial buried
favourite favorite prefer love best beloved
love like enjoy adore
like enjoy love prefer
hate dislike loathe detest despise
dislike hate
afraid fear phobia scare scared frightened terrified dread
fear phobia afraid
worried anxious nervous stress
happy glad pleased
angry cross furious upset
annoy irritate bother
proud pride
dream goal ambition aspire hope
goal target aim
want wish hope
plan intend going
promise vow pledge
quarrel argue argument row dispute
secret private confidential
problem issue trouble fault
reason because why
smoke smoking cigarette smoker
quit stop
habit routine ritual
superstition lucky luck
lucky luck charm
vacuum hoover
knife blade
toy doll teddy
ride riding rider
fish fishing angling angler
hunt hunting
sailor sailing
crash accident collision collide
accident injury
fall fell
police officer
army military soldier navy serve
lawyer solicitor attorney barrister legal advocate
accountant bookkeeper accounting
engineer engineering
scientist science researcher research
architect architecture
journalist reporter
plumber plumbing pipe leak
electrician electrical wiring
carpenter joiner woodwork woodworking carpentry
builder contractor
farmer farm farming
pilot flying
hairdresser barber stylist
tailor dressmaker
florist flowers
butcher meat
librarian library
waiter waitress server
nationality passport citizen
ceo founder director
founder found founded
club society association
bookclub book
join joined
remote telework home
client customer
speech talk toast presentation
presentation talk slides
temperature degree warm cold
rain rainy wet
storm hurricane
spoil ruin
scar wound cut
bone fracture wrist ankle arm leg
heirloom inherit inherited
inherit inheritance bequeath left
handmade homemade
nut peanut almond hazelnut walnut cashew peanutbutter
seafood shellfish shrimp prawn
bee wasp
spider arachnid
snake serpent
maximum max top most
first initial original debut
last final previous latest
next upcoming following
eldest oldest firstborn
youngest smallest
eldest older
younger youngest
twin twins
adopt adopted rescue shelter
rescue shelter
emergency urgent
contact reach call
dial call ring
cancel call_off
postpone delay reschedule
license permit drivinglicence
drivinglicence driving licence license
bake sourdough
stream streaming netflix
podcast listen
radio station broadcast
newspaper paper magazine
hide tuck
wallet purse
bottle flask
cushion pillow
blanket duvet quilt
lamp light
picture painting portrait
carpet rug
curtain blind
tile tiles
fence hedge
greenhouse glasshouse
shed hut
lift elevator
pavement sidewalk
flashlight torch
chips fries
biscuit cookie
nappy diaper
pram stroller buggy
holiday_home cottage cabin chalet
cabin chalet hut lodge
hike ramble
rucksack backpack
cupboard pantry larder
mobile_home caravan campervan camper
autumn fall
christmas xmas noel
newyear nye
noon midday twelve
midnight twelve
dawn sunrise daybreak
dusk sunset
fortnight fourteen
ill sick poorly unwell
fever temperature
cough cold throat
stuffy blocked congested
nose nasal nostril
stomach tummy belly
headache migraine
vomit sick puke
dizzy vertigo
deaf hearing hear ear
blind sight vision
eyesight vision glasses eye
limp walk
bandage plaster cast
crutch crutches
wheelchair mobility
stitches sutured
cavity filling tooth
braces teeth retainer
pacemaker heart cardiac
heart cardiac cardiologist
skin dermatologist rash eczema
kidney renal
pregnancy trimester
therapist session
antidepressant depression depressed
sober alcohol drink
addict addicted addiction
physician doctor gp
cleaning cleaner char
chauffeur driver
cashier till checkout
clerk admin administrator
ceo boss director executive
intern trainee
freelance self employed contractor
shareholder share stock
invest investment stock share fund
inheritance heir legacy
will testament heir executor
allowance pocket_money
tip gratuity
instalment payment
deposit advance
refund reimburse reimbursement
voucher coupon
receipt proof
quote estimate offer tender
electricity power energy
gas energy
bill electricity
solar panel
battery batteries
bulb lamp
fuse breaker electricity
stopcock valve mains
tap faucet
drain gutter
ladder steps
hatch trapdoor
hinge door
doorbell bell
alarm burglar siren security
disarm deactivate disable
thief burglar robber
guard security
password passphrase login key
router modem wifi
network lan wifi
nas storage
usb stick
disk drive storage
webcam camera
podcast episode
playlist music song
album record music
vinyl record lp
turntable record
speaker loudspeaker
headset headphone
keyboard keys
mouse trackpad
typeface font
photo selfie picture snapshot
video clip film
editor ide
bug defect error
repository repo git
server nginx caddy apache
database db postgres sqlite mysql
cloud storage
domain website
jigsaw puzzle
quiz trivia
cards card
dice die
lottery lotto jackpot
bet wager gamble
magic conjuring
karaoke sing song microphone
stage perform performance
solo alone
rehearse rehearsal practise practice
conductor orchestra
orchestra symphony philharmonic
opera aria
piece composition sonata
composer music
theatre theater play stage
comedian comedy standup
circus clown
ballet dance
painter artist
sculpture sculptor statue
pottery ceramics clay
lighthouse beacon
castle fortress
church cathedral chapel
mosque temple synagogue
monastery abbey convent
vicar priest pastor minister
baptise baptism christen christening
funeral cremate cremation burial
grave tomb cemetery graveyard
ghost haunted
pond lake
river stream
forest wood woods
hill slope
sea ocean
coast seaside
harbour port marina
bridge span
tunnel underpass
motorway highway freeway
junction crossroads exit
roundabout circle
lane road
parking park carpark
fuel tank
clutch gearbox brake
engine motor
boot trunk
bonnet hood
windscreen windshield
inspection mot
speeding fine ticket
crash collide accident bump
taxi cab uber
ferry crossing boat
cruise ship
suitcase luggage trunk
passport travel
customs border
currency exchange
souvenir keepsake
guide tour
campsite camping camp
tent camp
sleeping_bag camp
summit peak top
glacier ice
glide glider gliding
parachute skydive skydiving
balloon hot air
surf wave
snorkel dive diving scuba
canoe kayak paddle
rowing oar
sail boat
skate skating rink
sled sledge toboggan
goalkeeper goalie keeper
striker forward attacker
midfield midfielder
defender defence
captain skipper
referee umpire
trophy cup
medal gold silver bronze
champion champ title
opponent rival adversary
score result
rating elo rank ranking
marathon 26
triathlon ironman
pace speed
bench weights
protein shake
stretch stretching yoga pilates
meditate meditation mindfulness
massage masseur
sauna steam
barbecue grill bbq
picnic hamper
takeaway takeout delivery
leftover remains
recipe ingredient
spice seasoning
herb plant
cheese dairy
butter margarine
jam marmalade preserve
honey bee
yeast sourdough starter
loaf bread
pastry croissant
wheat gluten
vegetable greens
mushroom fungus
seafood fish
steak beef
ham pork
poultry chicken turkey
roast sunday
toast bread
tea infusion
espresso coffee
decaf coffee
smoothie shake
cocktail mixer
whisky scotch bourbon
sparkling fizzy
sweetener sugar
spicy curry
bitter sour
disgusting awful revolting horrible
delicious tasty yummy
starving hungry
thirsty drink
apron kitchen
pan pot saucepan
plate dish
fork cutlery knife spoon
mug cup
teapot kettle
corkscrew bottle
fridge larder
bin trash
recycle recycling
compost peel
mower lawn
grass lawn
hedge trim
weed weeds
seed sow
bulb tulip
bloom blossom flower
harvest crop pick
greenhouse conservatory
beehive hive bee
chicken hen rooster
stable horse
kennel dog
aquarium tank fish
cage bird
leash lead
chip microchip
neuter spay castrate
groom groomer
stray rescue
puppy dog
litter kittens
paw foot
feather bird
nest bird
fossil dinosaur
dinosaur prehistoric
space astronaut rocket
star astronomy telescope
telescope stargazing
planet space
comet meteor
aurora northern_lights
eclipse sun
earthquake tremor
flood water
drought dry
storm thunder
heatwave hot
freeze frost ice
snow winter
umbrella rain
sunscreen sun
thermostat heating
aircon cooling
fireplace stove wood
chimney fire
smoke_alarm fire
insulation insulate
plumbing plumber
tenant renter
landlord owner
estateagent realtor
viewing viewings
deposit rent
neighbour door
upstairs above
downstairs below
basement cellar
hall corridor hallway
stair staircase stairs
lodger tenant
nursery daycare creche
kindergarten nursery
headteacher principal headmaster
treasurer chair secretary
committee board council
parent pta
report card
detention school
bully bullied
scholarship grant bursary
tuition fee
semester term
thesis dissertation
professor lecturer
phd doctorate doctoral
graduate alumni
major degree
lecture lectures
library books
lab laboratory
experiment research
patent invention invent
conference congress symposium summit
workshop seminar
training course
keynote speech
slide presentation
agenda meeting
minutes notes
deadline due
launch release
merge acquisition
redundancy layoff
bonus premium
shift nights
overtime hours
union strike
uniform dress
badge pass
canteen cafeteria
desk workstation
extension phone
fax phone
scanner scan
stapler office
signature sign
notary lawyer
court judge trial
jury court
sue lawsuit
guilty convicted
prison jail
police cop
witness saw
elect election
mayor council
president leader
politician politics party
vote ballot
protest demonstration march
petition sign
tax revenue
citizen citizenship
immigrate immigrant migrate
refugee asylum
border frontier
war battle
soldier army
navy sailor
veteran army
medal award
king queen royal
flag banner
anthem song
tradition custom ritual
habit custom
superstition lucky
dream nightmare
nightmare horror scary
memory recollect
secret confide
lie lied
trust rely
jealous envy
lonely alone
shy timid
brave courage
stubborn obstinate
generous kind
funny humour humor
joke funny
laugh laughed
cry cried tears weep
hug cuddle
kiss kissed
date dating
crush fancy
flirt date
affair cheat
breakup split divorce
reunion reunite
adopt foster
orphan orphanage
godparent godmother godfather
triplet triplets
quarrel fight
apologise sorry apology
forgive pardon
congratulate congratulations
thank grateful
prank joke
surprise secret
balloon party
candle cake
gift wrap
card greeting
costume fancy disguise
mask costume
fireworks rockets
parade procession
decorate decoration
tree christmas
egg easter
pumpkin halloween
snore snoring
insomnia sleepless
nap siesta doze
pillow cushion
pyjamas nightwear
slipper slippers
perfume fragrance scent cologne
scent smell odour odor
shampoo hair
beard moustache shave
razor shave
lipstick makeup
nail nails
pierce piercing
scar stitches
mole freckle birthmark
curly wavy
bald hairless
dye dyed
blonde blond
slim thin
overweight fat
muscle biceps
fit healthy
vitamin supplement
deficient deficiency low lack
iron anaemia
donor donate
transfusion blood
scan mri xray ct
xray scan
metal plate screw
implant prosthesis
crown tooth
denture teeth
contact_lens lens
hearing_aid ear
cane stick
ambulance emergency
firstaid kit
"""
