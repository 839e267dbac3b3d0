"""Which everyday words can stand for one another in a question and its answer? One group a line."""

from __future__ import annotations

# Underscore joins are the names given to word pairs in `forms.PHRASES`; a word may be in several groups.
SYNONYMS = """
job work occupation employ employment employed employer profession career living trade position role vocation post
employer company firm business workplace organisation organization office corporation
boss manager supervisor superior chief lead head
colleague coworker co-worker workmate teammate
salary wage pay earn income paycheck payslip earnings stipend
fired dismissed sacked redundant laid_off
retire retirement pension
intern internship apprentice apprenticeship trainee placement
shift rota roster
resign quit leave notice
hire recruit employ
promote promotion raise
interview application apply candidate
study degree major course graduate graduation university college diploma thesis dissertation doctorate phd bachelor master
school primaryschool highschool middleschool nursery kindergarten preschool academy class grade year
student pupil learner undergraduate
teacher teach tutor instructor lecturer professor coach trainer educator lesson mentor
learn study practise practice lesson course class taught
exam test examination quiz assessment finals
homework assignment coursework
subject topic field discipline specialise specialize
car automobile vehicle drive motor auto wheels
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
diet eat food nutrition
appointment visit consultation checkup check-up booking see meeting
vaccinate vaccine vaccination jab shot injection
bloodtype blood
pregnant pregnancy expecting baby due
live reside residence home move relocate settle inhabit dwell based house flat apartment address stay
house home cottage bungalow villa residence property place
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
origin native hometown born childhood raise roots background
birthday born birth turn bday birthdate
age old year aged young
childhood kid young raise youth hometown
wife spouse partner married missus
husband spouse partner married hubby
girlfriend partner
boyfriend partner
spouse partner fiance fiancee
fiance fiancee engaged engagement betrothed
engaged engagement propose proposal ring
married marry marriage wedding spouse husband wife
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
computer laptop pc desktop macbook notebook machine
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
email mail inbox
account username login profile
website site webpage blog
software app program application tool
program code programming coding develop developer programmer
editor ide
server host
backup archive copy
file document
eat food meal dish dine cuisine
food dish meal cuisine cooking recipe
cook cooking chef recipe bake dish
bake baking baker bakery cake bread
breakfast brunch morning
lunch midday
dinner supper evening tea
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
cost price paid pay expensive euro dollar pound worth charge fee bill spend
buy purchase bought acquire pay order get
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
locate located location spot whereabouts situated
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
garden yard plant gardening lawn allotment
plant grow flower sow seed
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
bedroom bed sleep
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
height tall centimetre metre
tall height
weight weigh heavy kilo kilogram pound
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
series show tv programme sitcom
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
team club squad side
football soccer
support supporter fan team root
fan supporter follow
coach trainer
language speak fluent tongue bilingual
speak fluent language
translate translation translator interpreter
holiday vacation trip getaway break travel honeymoon
trip travel journey visit tour
honeymoon trip
travel visit go trip fly
visit visited been
hotel hostel accommodation airbnb guesthouse inn
book booked reserve reservation booking
ticket tickets seat
passport visa document
beach seaside coast shore
mountain peak summit hill
camp camping tent campsite
island isle
abroad overseas foreign
arrive arrival land come
depart departure leave
return back
meet met meeting encounter introduce
meeting appointment conference call standup
party celebrate celebration
celebrate celebration party
invite invitation guest
guest visitor
event occasion
church mass parish
religion faith religious
volunteer volunteering charity help
vote election party
deadline due submit
schedule timetable calendar plan
start begin commence began open
end finish complete over
open opening hours
close closed closing shut
time hour clock o'clock
wake alarm rise up
bedtime asleep sleep bed
sleep asleep insomnia nap
alarm wake
frequency often weekly daily monthly
weekly week
delivery deliver parcel package courier
parcel package
letter mail post
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
dishwasher dishes
vacuum hoover
knife blade
toy doll teddy
ride riding rider
saddle horse riding
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
zodiac sign
ceo founder director
founder found founded
club society association
bookclub book
member belong join
join joined
remote telework home
desk office
project work
client customer
speech talk toast presentation
presentation talk slides
temperature degree warm cold
rain rainy wet
storm hurricane
spoil ruin
scar wound cut
bone fracture wrist ankle arm leg
ring engagement
heirloom inherit inherited
inherit inheritance bequeath left
vintage antique old
handmade homemade
gluten bread
nut peanut almond hazelnut walnut cashew peanutbutter
seafood shellfish shrimp prawn
bee wasp
spider arachnid
snake serpent
height vertigo
fly flying
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
train training
emergency urgent
contact reach call
dial call ring
cancel call_off
postpone delay reschedule
license permit drivinglicence
drivinglicence driving licence license
fine ticket penalty
speeding fast
donor donate
organ kidney
measure measurement
bake sourdough
stream streaming netflix
podcast listen
radio station broadcast
newspaper paper magazine
newsletter subscribe
charity cause
hide tuck
wallet purse
mug cup
bottle flask
cushion pillow
blanket duvet quilt
mattress bed
lamp light
candle wax
picture painting portrait
mirror glass
wallpaper wall
carpet rug
curtain blind
tile tiles
roof chimney
fence hedge
pond pool
greenhouse glasshouse
shed hut
bench seat
lawn grass mow
compost heap
"""
