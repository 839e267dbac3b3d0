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
abandon desert quit
abbreviate shorten
abolish scrap
absorb soak
accelerate speed
accept agree approve
accompany escort join
accomplish achieve
accumulate collect hoard
accuse blame charge
ache hurt pain throb
acknowledge admit confess
acquire buy purchase gain
adapt adjust alter modify
add append
address tackle
adhere glue
admire worship idolise
admit confess
adorn decorate
advise counsel
affix fasten glue pin
age grow
aid assist support
aim target goal
air ventilate
allocate assign
alter modify adjust amend
amaze astonish surprise
amuse entertain
announce declare reveal proclaim
apologise sorry
applaud clap
appoint hire
approve accept
argue quarrel fight row dispute bicker
arrest catch detain
ascend climb
assemble build construct
assess evaluate grade judge
assist aid
attack assault bite
attempt effort shot
attract draw
avoid evade dodge skip shun
awaken wake rouse
bake roast cook
ban forbid prohibit bar
barter trade swap exchange
bathe wash swim
battle fight
beat defeat win
beg plead
believe trust
bet gamble wager
bicker argue
blend mix
blossom bloom flower
boil cook heat
bore drill
borrow lend loan
bother annoy disturb
bounce jump
bow bend
brag boast
broadcast air
browse surf
bruise hurt
brush comb
bully tease harass
bump hit collide
burn scald
bury inter
call phone ring dial telephone
calm soothe
cancel annul scrap terminate
carve cut
cater cook feed
cease quit
celebrate toast party
challenge dare
chase pursue
chat gossip
cheat deceive
cherish treasure love
chill cool
chop cut
clap applaud
clean tidy scrub wash wipe polish
climb ascend scale
close shut
coach train teach
collapse fall faint
collide crash
combine mix
comfort console
commute travel
compete race
complain moan grumble whine
compose write
conceal hide
conduct lead
confirm verify
confuse puzzle
connect link plug
construct build erect
consume eat drink
contact call
contribute donate
convince persuade
cost charge
crack break
crave desire
crawl creep
cross traverse
cry weep sob tears
cuddle hug embrace
cultivate grow
cure heal
cut trim chop slice
cycle bike ride pedal
damage break ruin harm
debate discuss argue
deceive trick cheat
decline refuse reject
decorate furnish
decrease reduce lower drop
dedicate devote
defeat beat
defend protect
delay postpone
delete erase remove
deliver drop
demolish destroy
deserve merit
design draw
desire wish crave
destroy ruin wreck
detect spot
develop build
devour eat
differ vary
dig excavate
diminish reduce
dine eat
disappear vanish
disappoint upset
discard throw bin dump
disguise dress
dismiss fire sack
display exhibit
dispose throw bin
distract disturb
distribute hand deliver
disturb bother wake annoy
divide split
divorce split
doze nap sleep snooze
drain empty
dread fear
dress clothe wear
drift float
drill bore
drop fall
drown sink
dry wipe
dwell live
earn gain
eat consume devour munch
educate teach
elect vote
embrace hug
emigrate move
employ hire
empty clear
encounter meet
encourage support
endure bear
engrave carve inscribe
enjoy love relish
enlist join
enrol register sign
entertain amuse
envy jealous
erase delete rub
escape flee
establish found
estimate guess
evaluate assess
exaggerate overdo
examine inspect test
exceed top
exchange swap trade
exclude omit
exercise train workout
exhaust tire
expire lapse
explode burst
export sell
expose reveal
extend lengthen
extract remove
fade bleach
fail flop flunk
faint collapse
fascinate interest
fasten tie
feed nourish
fetch collect
fight argue
film record shoot
finance fund pay
fire sack dismiss
flee escape
flirt tease
float swim
flood overflow
fold bend
fool trick
forbid ban
forecast predict
forget overlook
forgive pardon
found establish
fracture break crack
frame border
freeze ice
frighten scare terrify
fry cook
fulfil achieve
furnish equip
gaze stare
govern rule
grab seize
graze scratch
greet welcome
grind crush
groan moan
grow cultivate
guard protect
guess estimate
guide lead
hand pass
harm hurt
harvest reap
hatch born
heal recover cure
heat warm
hesitate pause
hike walk trek ramble
hire rent
hit strike knock
hoist lift
host entertain
hover float
hug cuddle
hum sing
hunt search
hurry rush
ignore overlook
illustrate draw
imagine picture
imitate copy
immigrate move
implant insert
improve better
infect catch
inflate pump
influence affect
inhabit live
inject jab
injure hurt
inscribe engrave
inspire motivate
install mount
instruct teach
insult offend
interrupt disturb
invade attack
itch scratch
join enrol
joke tease
journey travel
judge assess
jump leap hop
kick boot
kidnap abduct
knit crochet
knock hit
land arrive
laugh giggle
lead guide
lean rest
leap jump
learn study
lease rent
lecture teach
light illuminate
limit restrict
link connect
loan lend
lock bolt
lose misplace
lower reduce
marry wed
measure size
meditate relax
melt thaw
mend repair
merge join
misplace lose
mix blend stir
moan complain
monitor watch
mount fix hang
mourn grieve
mow cut
murder kill
nag bother
nap doze
neglect ignore
nibble eat
nod agree
nurse care
object oppose
observe watch
occupy live
offend insult
omit skip
oppose against
overcome beat
overtake pass
owe debt
pack bag
paint decorate
panic fear
participate join
pause break
peel skin
persuade convince
phone call
photograph shoot
pinch steal nick
plant sow
plead beg
plug connect
polish clean
postpone delay
practise train rehearse drill
praise compliment
pray worship
preach sermon
predict forecast
preserve conserve
print publish
profit gain
progress advance
prohibit ban
promise swear
promote advance
protect guard
publish print
pump inflate
punish penalise
purchase buy
quarrel argue
rain pour
rank rate
react respond
rebuild restore
recite read
record tape
recover heal
recruit hire
recycle reuse
reduce cut lower
refuse decline reject
regret sorry
rehearse practise
reject refuse
relax rest unwind chill
release free
relocate move
renew extend
renovate refurbish
rent hire
repair mend fix
replace swap
rescue save
research study
reserve book
resign quit
resist withstand
rest relax
restore renovate
restrict limit
retreat withdraw
return back
reverse back
revise study
reward prize
ride drive
rinse wash
rise climb
risk danger
roam wander
roar shout
rob steal
row paddle
rub wipe
ruin destroy
rule govern
rush hurry
sack fire
sail boat
salute greet
save rescue
scan copy
scare frighten
scatter spread
score goal
scratch itch
scream shout yell
scrub clean
search seek hunt
secure lock
seize grab
sell flog
sew stitch
shake tremble
sharpen grind
shave razor
shelter protect
shine glow
shiver tremble
shock surprise
shop buy
shout yell scream
shower wash
shrink reduce
shut close
sing hum
sip drink
sketch draw
ski slide
skip omit
slap hit
sleep rest
slice cut
slip fall
smell stink
smile grin
smoke puff
snatch grab
sneak creep
sniff smell
snore loud
soak wet
solve fix
spell write
spill drop
split divide
spoil ruin
sponsor fund
spray squirt
spread smear
steal nick pinch rob
steer drive
stir mix
stitch sew
strengthen reinforce
stretch extend
strike hit
stroll walk
struggle fight
study learn
stumble trip
submit hand
subscribe join
suck drink
surprise amaze
surrender yield
survive live
swallow eat
swap exchange
swear curse
sweat perspire
sweep clean
swing rock
taste flavour
teach instruct
tear rip
tease joke
throw toss chuck
tidy clean
tie bind
toast cheers
topple fall
toss throw
trade swap
train coach
transfer move
translate interpret
travel journey
tremble shake
trim cut
trip fall
trust believe
tumble fall
tune adjust
understand comprehend
undress strip
unite join
unlock open
unpack empty
update renew
upgrade improve
vaccinate jab
vanish disappear
vomit sick
vote elect
vow promise
wake rouse
walk stroll hike
wander roam
warm heat
warn alert
wash clean
waste squander
watch observe
water sprinkle
wave greet
wear dress
weave knit
wed marry
weep cry
weigh scale
welcome greet
whisper murmur
win triumph
wipe clean
withdraw remove
work labour toil
worship pray
wrap pack
wreck ruin
write compose pen
yawn tired
yell shout
abroad overseas foreign
absent away missing
absurd silly
abundant plenty
active lively
adult grownup
alike similar
alive living
allergic sensitive
amazing wonderful
ancient antique
angry mad cross furious
annual yearly
antique vintage
anxious worried nervous
ashamed embarrassed
asleep sleeping
attractive pretty beautiful handsome
automatic robot self
aware conscious
awful terrible dreadful horrible
awkward clumsy
bad poor
bald hairless
basic simple
beautiful pretty lovely gorgeous
beloved favourite dear
bitter sour
blank empty
blind sightless
blond fair
blunt dull
bold brave
boring dull
brave bold
brief short
bright light
brilliant clever
broad wide
broke penniless
calm quiet
careful cautious
careless reckless
casual informal
central middle
charming nice
cheap inexpensive
cheeky naughty
cheerful happy
chilly cold cool
chubby fat
clean spotless
clear obvious
clever smart intelligent bright
close near
clumsy awkward
coarse rough
cold chilly freezing
colourful bright
comfortable cosy
complicated complex difficult
constant steady
cosy snug
crazy mad
creative artistic
crooked bent
crowded packed busy
curious nosy
curly wavy
cute sweet
daily everyday
damp wet
dangerous risky
dark dim
dead deceased
deaf hearing
dear expensive
deceased dead late
deep profound
defective faulty broken
delicious tasty yummy
dense thick
dependable reliable
desperate hopeless
difficult hard tough tricky
digital electronic
dirty filthy muddy
disabled handicapped
disgusting revolting gross
distant far
dizzy giddy
domestic home
double twice
dreadful awful
drunk tipsy
dry arid
dull boring
dusty dirty
eager keen
early premature
easy simple
edible eatable
elegant stylish
empty vacant
enormous giant
evil wicked
excited thrilled
exhausted tired
exotic foreign
expensive costly pricey dear
extinct dead
faint weak
faithful loyal
fake false
famous celebrity
fancy posh
fast quick rapid
fat overweight
fatal deadly
faulty broken
filthy dirty
final last
firm solid
flexible bendy
fluffy furry
fond love
foolish silly
foreign overseas
forgetful absent-minded
fragile delicate
free gratis
frightened scared
frozen icy
funny hilarious
furious angry
fussy picky
generous giving
gentle soft
gifted talented
glad happy
gloomy dark
gorgeous beautiful
grateful thankful
greedy selfish
grumpy moody
guilty ashamed
hairy furry
handsome good-looking
handy useful
happy glad
harmful bad
harmless safe
harsh strict
heavy weighty
helpful useful
high tall
hilarious funny
hollow empty
holy sacred
homemade handmade
honest truthful
hopeless useless
horrible awful
hostile unfriendly
humble modest
humid damp
hungry starving
icy cold
ideal perfect
illegal forbidden
immediate instant
impatient restless
impossible hopeless
independent free
infectious contagious
inner inside
innocent naive
intelligent clever
interesting fascinating
internal inside
itchy scratchy
jealous envious
joint shared
junior younger
keen eager
lame limping
late delayed
lazy idle
legal lawful
lively active
local nearby
lonely alone
loose slack
loud noisy
lovely nice
loyal faithful
lucky fortunate
luxurious posh
mad crazy
marvellous wonderful
mature grown
medical health
messy untidy
mild gentle
miserable sad
missing lost
mixed blend
modern contemporary
modest humble
moist damp
mouldy rotten
moody grumpy
muddy dirty
mute silent
mysterious strange
naked nude
narrow thin
native indigenous
natural organic
naughty cheeky
nearby close
neat tidy
nervous anxious
nice pleasant
nocturnal night
noisy loud
numb frozen
obese fat
obvious clear
odd strange
official formal
oily greasy
optimistic hopeful
oral mouth
ordinary normal
organic natural
outer outside
outgoing sociable
outstanding excellent
overweight fat
painful sore
pale white
patient calm
peaceful quiet
perfect ideal
permanent lasting
picky fussy
plain simple
playful lively
pleasant nice
pointed sharp
poisonous toxic
polite courteous
poor broke
popular loved
portable mobile
posh fancy
powerful strong
practical handy
prehistoric ancient
pretty beautiful
previous former
professional expert
proud pleased
public open
punctual prompt
pure clean
puzzled confused
quick fast
quiet silent
rapid fast
rare unusual
raw uncooked
ready prepared
rear back
reasonable fair
reckless careless
redundant fired
related kin
relaxed calm
reliable trusty
religious devout
reluctant unwilling
rich wealthy
ripe mature
risky dangerous
romantic loving
rotten bad
rough coarse
round circular
rude impolite
rusty corroded
sad unhappy
safe secure
salty briny
satisfied content
scarce rare
scary frightening
secondhand vintage
secret hidden
selfish greedy
senior older
sensible wise
sensitive allergic
serious grave
severe strict
shallow low
sharp pointed
shiny bright
shy timid
silent quiet
silly foolish
similar alike
simple easy
sincere honest
skilled expert
skinny thin
sleepy tired
slim thin
slippery icy
slow sluggish
smart clever
smelly stinky
snowy white
sober dry
sociable outgoing
soft gentle
solid firm
solitary alone
sore painful
sour bitter
spare extra
spicy hot
spoiled bad
square rectangular
squeaky noisy
steady constant
steep sheer
sticky gluey
stiff rigid
strange odd weird peculiar
strict stern
striped lines
strong powerful
stubborn headstrong
stupid silly
stylish elegant
sudden abrupt
sunny bright
superb excellent
suspicious wary
sweet sugary
swollen puffy
talented gifted
talkative chatty
tame pet
tasty delicious
temporary short
terrible awful
terrified scared
thick fat
thin slim
thirsty dry
thrifty frugal
tidy neat
tight narrow
tired exhausted
torn ripped
tough hard
traditional classic
transparent clear
tricky difficult
ugly hideous
uncertain unsure
unemployed jobless redundant
unhappy sad
unusual strange
upper top
urgent emergency
useful handy
vacant empty
vague unclear
valid legal
vegan plant
violent aggressive
visible seen
vivid bright
weak feeble
wealthy rich
weary tired
weird strange
wet damp
wicked evil
wide broad
widowed widow widower
wild untamed
wise sensible
wooden timber
worldwide global
worthless useless
wrinkled creased
young youthful
accountant bookkeeper tax adviser
adapter plug charger converter
adult grownup
advert ad advertisement commercial
agreement contract
aircraft plane jet airliner
aisle gangway
alley lane passage
allotment garden plot vegetable
ambulance paramedic emergency
angle corner
ankle foot
apron pinafore
architect designer
area district region zone
argument quarrel row fight dispute
armchair chair recliner
army military forces soldier
article story piece
ashtray smoking
assistant helper aide secretary
athlete sportsman runner
auction bid
audience crowd spectators
author writer novelist
avenue street road boulevard
award prize trophy honour
baby infant newborn
background origin roots heritage
backpack rucksack bag knapsack
badge pin
baker bakery bread
balcony terrace veranda
ball game
ballet dance
ballpoint pen biro
banana fruit
bandage plaster dressing
bank account
banknote bill cash
barber hairdresser
barn shed stable
barrel cask keg
basement cellar
basket hamper
bath tub bathtub
bathroom washroom toilet loo lavatory restroom
battery accumulator cell
bay cove inlet
beach seaside sand shore
beard moustache whiskers stubble
bedroom bed
bedside nightstand
bee hive honey
beginner novice newbie learner
beginning outset
bell chime ring doorbell
belly stomach tummy abdomen
belt strap
bench seat
bicycle bike cycle
bill invoice
bin dustbin trash garbage rubbish
birth delivery born labour
birthday anniversary
biscuit cookie cracker
blackboard board
blanket duvet quilt throw
blaze fire
blemish scar spot
blister foot
block building
blog website online
blouse shirt top
boarder lodger
body figure
boiler heating furnace heater
bonnet hood cap
bookcase bookshelf shelf shelves
bookshop bookstore
boot trunk
border frontier
boss chief manager supervisor
boundary fence border
bouquet flowers bunch
box carton
boyfriend partner
bracelet bangle
braid plait
branch office department
brand label manufacturer
breakdown failure
breakfast morning
breath lungs
brewery beer
brick stone
bride groom
bridge crossing
briefcase bag
brochure leaflet flyer pamphlet
broom brush
brother sibling
bucket pail
buddy friend mate
budget money spending
buggy pram stroller pushchair
building house block
bulb lamp light
bump lump
bunch bouquet
burglar thief robber
burglary break-in theft
bus coach
bush shrub
businessman entrepreneur
butcher meat
cab taxi
cabin hut lodge chalet
cable wire lead cord
cafe coffee coffeehouse
cafeteria canteen
cake gateau
calendar diary planner schedule
camp campsite
camper campervan motorhome caravan
candidate applicant
candy sweets
cane walking
canteen cafeteria mensa
cap hat
capital city
captain skipper leader
career job
caretaker janitor
cargo freight
carnival parade
carpet rug mat
carriage wagon coach
cart trolley
cartoon comic animation
cash money
cashpoint atm
castle palace fortress
catalogue brochure
cathedral church
cavity hole
ceiling roof
celebration party
celebrity star
cell phone
cellar basement
cemetery graveyard churchyard
centre middle
century hundred
cereal muesli cornflakes granola
ceremony service
certificate diploma
chain necklace
chair seat
chairman chair president
champion winner
chance opportunity
chapel church
character nature
charity organisation
charm amulet talisman
chart graph table
chauffeur driver
chef cook
chemist pharmacist pharmacy
chest breast
chick chicken
chief boss
child kid
childminder nanny babysitter
chimney fireplace
chips crisps fries
chore task housework duty
church chapel
cigarette fag smoke
cinema movies
circle ring
circus clown
clash fight
class lesson
classmate schoolmate
classroom school
cleaner cleaning
clerk office
client customer
cliff rock
climate weather
clinic surgery practice
cloak cape coat
clock watch
closet wardrobe cupboard
cloth fabric material
clown circus
clue hint
coach trainer
coast shore
coat jacket
cobbler shoemaker
coffin grave
coin money
cold flu
collar neck
colleague coworker
college university
column pillar
comic cartoon
commitment promise
committee board
companion friend partner
company firm business
compartment carriage
competition contest
computer pc laptop desktop
concert gig performance recital
condition illness
conference congress
congregation church
connection link
constable police
contest competition
contract agreement
convent nunnery
cooker stove oven
cookery cooking
cop police
copy duplicate
corridor hallway hall passage
cosmetics makeup
cost price
costume outfit
cot crib cradle
cottage house cabin
couch sofa
counsel advice
countryside country rural
couple pair
courage bravery
course class
courtyard yard
cow cattle
cradle cot
craft handicraft
crash accident
crate box
creature animal
crew staff team
crib cot
crime offence
crook thief
crop harvest
crossroads junction
crowd mob
crutch crutches
cuisine cooking
cup mug
cupboard cabinet
cure remedy treatment
currency money
curtain drape
cushion pillow
customer client
dad father
dairy milk
danger risk
date day
dawn sunrise
daycare nursery kindergarten creche
dealer seller
debt loan
decorator painter
defect fault
degree diploma
denim jeans
desk table
dessert pudding
device gadget
diabetes sugar
dialect accent
diary journal
dinghy boat
dirt mud
disc record
discount reduction
doctorate phd
door entrance
dormitory dorm residence
dose dosage
dozen twelve
drawing sketch
dress gown
driver motorist
dummy pacifier
dungarees overalls
duty task
duvet quilt comforter
earring stud
eatery restaurant
education schooling
election poll
elevator lift
email mail
embassy consulate
employee worker staff
enthusiast fan lover
entrance entry
equipment gear kit
error mistake bug
essay paper
eyesight vision
factory plant works mill
faculty department
fair funfair
fare ticket
faucet tap
field meadow
fireman firefighter
fireplace hearth
fisherman angler
flashlight torch
flat apartment
flatmate roommate housemate
flavour taste
flu influenza
fog mist
folder binder file
footpath path trail
fortune wealth
foyer lobby
fringe bangs
frying pan
gathering meeting
gem jewel stone
ghost spirit
glove mitten
godchild godson goddaughter
grass lawn
groceries shopping
group band team
haircut trim
hairdo hairstyle
halls residence
handbag purse
handkerchief tissue
headmaster headteacher principal
heartburn reflux
hero idol
highway motorway
hob stove
idol hero
inhaler puffer
inn pub
insect bug
inspection mot
instalment payment
internship placement
journalist reporter
kilometre km
kindergarten nursery
liquor spirits
loo toilet
mansion villa
napkin serviette
ointment cream
outing trip excursion
overcoat coat
playgroup nursery
walking_stick cane
fuse electrical panel
burglar alarm security
online internet wifi web
eyesight vision sight glasses
couple relationship dating
relationship couple dating partner
painkiller ibuprofen paracetamol aspirin naproxen
brother-in-law sister's
watch saw seen
train training apprenticeship apprentice
training learning
pack package parcel
ruin destroy chew wreck
bite chew gnaw
chew destroy gnaw
resign quit
swap exchange replace
sleep nap doze snooze rest
booked reserved
price cost paid
quote estimate price wants
emptied collected
emptying collection
corridor hallway hall
renewal renew
expire expiry renewal valid
trailer caravan
loud noisy snores
rent lease
loft attic
roofer roof
archive records library
stairs steps
crutch crutches plaster
meniscus ligament knee
sober alcohol
pottery ceramics clay
beetle insect
thickened drinks
flea market
oyster seafood
clockmaker watchmaker
literature books
linguistics language
studio flat apartment
studio atelier workshop
residence dorm dormitory halls
fee charge
fine fee
late overdue
driving licence driver
licence permit
swing playground
incident accident
spelling bee contest
bee contest
capsule tablet pill
vegan vegetarian plant
recipe ingredient
rum alcohol
secret hidden
kiosk shop stall
stall kiosk market
keeper warden
harbour port
authority council
flower florist
grocer greengrocer
cloud server
weekday workday
weekend saturday sunday
fortnightly biweekly
daily everyday
nightly night
midday noon lunchtime
lunchtime noon midday
dinnertime evening
bedtime night
teatime tea
dusk evening
dawn morning sunrise
evening night
afternoon pm
christmas xmas december
newyear january
summer july august june
winter december january february
autumn october november september
spring april march
first oldest initial
aunt uncle's
kin relatives
spouse wife husband
offspring children
toddler child
teen teenager adolescent
adolescent teen
pensioner retired
widow widower widowed
bachelor unmarried
fiancee bride
bridesmaid wedding
bestman wedding
groomsman wedding
guests visitors
visitor guest
lodging board
tenancy lease rent
lease contract rent
deposit bond
handyman repair
odd jobs
diy tools
toolbox tools
workbench workshop
workshop garage shed
lawnmower mower
hosepipe hose water
sprinkler water
greenhouse tomatoes
vegetable patch
allotment plot
compost garden
hen coop eggs
coop hens
stable barn
kennel dog
leash lead
collar tag
litterbox litter
aquarium fish tank
cage hamster
hutch rabbit
vet animal doctor
jab vaccination
worming tablets
flea treatment
grooming clip
"""
