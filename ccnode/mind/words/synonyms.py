"""Which everyday words can stand for one another in a question and its answer?"""

from __future__ import annotations

# Groups are separated by bars. An underscore joins the name given to a word pair in `forms.PHRASES`.
SYNONYMS = """
live reside inhabit dwell based settle residence | live move relocate settle house flat apartment address home |
move relocate emigrate resettle | move transfer relocate | house cottage bungalow villa residence property |
address live street reside | job work occupation employ employment employed profession career vocation post |
job position role title | work employer company firm |
employer company firm business workplace organisation organization corporation | employer work job office |
eat food meal | eat dine | diet vegetarian vegan eat | car automobile motor auto | vehicle car automobile | drive car |
cost price pay expensive fee charge euro dollar pound | cost worth bill spend | pay paid spend cost |
salary wage earn income paycheck payslip earnings pay | rate charge fee cost price | rent euro month | height tall |
weight weigh kilo kilogram | origin born native hometown roots | birthplace born | holiday vacation getaway trip |
holiday travel trip | meeting standup appointment | garden yard | beach seaside coast shore |
series show tv programme sitcom | speed fast slow megabit | email mail | plant grow sow seed |
boss manager supervisor superior chief lead head | colleague coworker co-worker workmate teammate |
fired dismissed sacked redundant laid_off | retire retirement pension |
intern internship apprentice apprenticeship trainee placement | shift rota roster | resign quit leave notice |
hire recruit employ | promote promotion raise | interview application apply candidate |
study degree major course graduate graduation university college diploma thesis dissertation doctorate phd bachelor
master | student pupil learner undergraduate |
teacher teach tutor instructor lecturer professor coach trainer educator lesson mentor |
learn study practise practice lesson course class taught | exam test examination quiz assessment finals |
homework assignment coursework | subject topic field discipline specialise specialize |
car hatchback sedan saloon estate suv van convertible | bike bicycle cycle cyclist cycling pushbike |
motorbike motorcycle scooter moped | truck lorry trucker | plate licence license registration reg |
park parking garage | petrol fuel gas diesel gasoline refuel | mechanic garage workshop | tyre tire wheel |
commute commuting travel journey route | train rail railway tram metro subway underground tube | bus coach |
plane flight fly airline aeroplane airplane | boat ship ferry yacht sail sailing dinghy |
doctor physician gp medic surgery practitioner clinician | dentist dental orthodontist hygienist tooth teeth |
optician optometrist eye glasses spectacles lens prescription |
therapist psychologist counsellor counselor psychiatrist therapy shrink |
physio physiotherapist physiotherapy physical_therapist | nurse nursing | vet veterinarian veterinary |
pharmacy chemist pharmacist drugstore | hospital clinic ward infirmary |
surgery operation operate op surgeon procedure |
medicine medication drug tablet pill prescription remedy antibiotic dose |
ill illness sick disease condition unwell ailment disorder diagnosis diagnose suffer syndrome |
pain ache hurt sore injure injury | injure injury break fracture sprain twist tear |
allergic allergy allergies intolerant intolerance reaction react | avoid allergic allergy intolerant forbid cannot |
asthma inhaler asthmatic breathing | diabetes diabetic insulin | coeliac celiac gluten wheat | lactose dairy milk |
vegetarian vegan plant-based meatless meat-free veggie |
appointment visit consultation checkup check-up booking see meeting | vaccinate vaccine vaccination jab shot injection |
bloodtype blood | pregnant pregnancy expecting baby due | flat apartment studio loft condo maisonette |
rent rental lease tenant landlord landlady | landlord landlady owner letting | mortgage loan |
flatmate roommate housemate lodger | neighbour neighbor neighbourhood neighborhood nextdoor |
address street road avenue lane | town city village municipality | district neighbourhood borough quarter suburb area |
floor storey story level | country nation nationality citizen citizenship passport |
birthday born birth turn bday birthdate | childhood kid young raise youth hometown |
wife spouse partner married missus | husband spouse partner married hubby | girlfriend partner | boyfriend partner |
spouse partner fiance fiancee | fiance fiancee engaged engagement betrothed | engaged engagement propose proposal ring |
married marry marriage wedding | wedding marry married ceremony bride groom nuptials | anniversary wedding |
divorce divorced separate separation ex | mother mum mom mommy mummy mam ma | father dad daddy papa |
parent mother father mum dad mom | grandmother grandma gran granny nan nana nanna |
grandfather grandpa granddad grandad gramps | grandparent grandmother grandfather grandma grandpa |
sibling brother sister twin | child kid son daughter baby toddler offspring youngster boy girl |
cousin relative relation | uncle relative | aunt auntie aunty relative | niece relative | nephew relative |
family relative relation kin | friend buddy pal mate bestfriend companion chum | bestfriend friend bestman closest |
babysitter nanny childminder sitter au_pair | baby newborn infant | pet animal dog cat |
dog puppy pup hound canine pooch mutt | cat kitten kitty feline tomcat | horse pony mare stallion foal | rabbit bunny |
bird parrot budgie canary | tortoise turtle | breed species kind race | name call nickname christen named |
nickname name call alias | surname lastname | phone mobile cell telephone smartphone handset iphone android |
phonenumber phone telephone mobile reach | computer laptop pc desktop macbook notebook | tablet ipad |
screen monitor display | printer print | headphone earphone earbud headset | camera lens photography photograph photo |
television tv telly | charger charging cable plug | password passphrase passcode login credential |
pin code combination passcode | code password combination passcode keypad unlock lock alarm |
wifi internet network router broadband | account username login profile | website site webpage blog |
software app program application tool | program code programming coding develop developer programmer | editor ide |
server host | backup archive copy | food dish meal cuisine cooking recipe | cook cooking chef recipe bake dish |
bake baking baker bakery cake bread | dinner supper evening | dessert pudding sweet cake | snack nibble crisps |
restaurant bistro eatery diner cafe trattoria pizzeria | cafe coffeehouse teahouse | pub bar tavern |
drink beverage sip | coffee espresso latte cappuccino caffeine flat_white americano | tea chai brew |
alcohol drink booze beer wine | beer ale lager pint brewery | wine vineyard vintage | spicy hot chilli |
sugar sweet sweetener | milk dairy oat | grocery groceries supermarket shopping | shop store market boutique outlet |
sell seller sale | cheap bargain discount inexpensive | money cash fund saving budget | save saving |
owe debt loan lend borrow repay | gift present | donate donation charity | bank banking account |
insurance insurer insure policy insured coverage | tax taxes accountant | invoice bill receipt | contract agreement |
subscribe subscription membership member | win prize award won victory medal trophy |
competition contest tournament race match championship | lose lost missing misplace | find found discover |
hide hidden stash conceal | store stored keep storage kept stash | keep kept stored located hidden |
specialist doctor consultant | empty expire | server machine | spare extra backup duplicate | key keys | lock padlock |
steal stolen theft burgle burglary rob | break broke broken smash crack fail | repair fix mend service |
replace swap change | clean cleaner tidy wash | cleaner cleaning maid housekeeper | wash laundry washer | tree orchard |
vegetable veg | water watering | bin rubbish garbage trash waste refuse recycling | build construct made |
renovate renovation refurbish redecorate remodel | paint painted painter painting | colour color shade painted hue |
furniture sofa couch armchair | sofa couch settee | cupboard cabinet wardrobe closet drawer |
fridge refrigerator freezer | oven stove cooker hob | kettle teapot | heating boiler radiator thermostat heat |
bathroom toilet shower loo bath | livingroom lounge | cellar basement | attic loft | balcony terrace patio |
wardrobe clothes | clothes clothing wear outfit garment dress | wear dress wore outfit | coat jacket parka anorak |
trousers jeans pants | jumper sweater pullover cardigan | trainers sneakers shoe | shoe boot footwear trainer shoesize |
shoesize shoe foot | size fit measure | bag backpack rucksack suitcase luggage handbag | luggage suitcase baggage |
watch clock timepiece | jewellery jewelry ring necklace bracelet earring | necklace pendant | umbrella brolly |
tattoo ink inked | hair haircut hairdresser barber hairstyle stylist salon | eye eyes | lefthanded left-handed |
hobby pastime interest leisure enjoy spare_time weekend | sport exercise training fitness |
exercise gym workout training fitness | run running jog jogging runner marathon race |
marathon race half-marathon triathlon | swim swimming swimmer pool | climb climbing climber bouldering |
hike hiking walk trek trekking trail | ski skiing skier slope | dance dancing dancer ballet salsa tango |
sing singing choir singer vocal chorus | music band musician song tune | band group musician artist singer |
song track tune melody | instrument play music | concert gig festival | film movie cinema picture | actor actress star |
book novel read author | author writer write novelist wrote | read reading book | write writing wrote author |
poem poetry poet | paint drawing draw art sketch | art gallery museum exhibition | sew sewing knit knitting crochet |
photograph photo picture photography | collect collection collector collecting gather | game play player |
chess boardgame | team squad side | football soccer | support supporter fan team root |
language speak fluent tongue bilingual | translate translation translator interpreter | trip travel journey visit tour |
honeymoon trip | travel visit go trip fly | hotel hostel accommodation airbnb guesthouse inn |
book booked reserve reservation booking | mountain peak summit hill | camp camping tent campsite | island isle |
abroad overseas foreign | arrive arrival land come | depart departure leave | return back |
meet met meeting encounter introduce | party celebrate celebration | invite invitation guest | guest visitor |
event occasion | church mass parish | religion faith religious | volunteer volunteering charity help | vote election |
deadline due submit | schedule timetable calendar plan | start begin commence began open | end finish complete over |
open opening hours | close closed closing shut | wake alarm rise up | bedtime asleep sleep bed |
sleep asleep insomnia nap | weekly week | delivery deliver parcel package courier | collect fetch |
die died death dead funeral passed_away | funeral burial buried | favourite favorite prefer love best beloved |
love like enjoy adore | like enjoy love prefer | hate dislike loathe detest despise |
afraid fear phobia scare scared frightened terrified dread | worried anxious nervous stress | happy glad pleased |
angry cross furious upset | annoy irritate bother | proud pride | dream goal ambition aspire hope | goal target aim |
want wish hope | plan intend going | promise vow pledge | quarrel argue argument row dispute |
secret private confidential | problem issue trouble fault | reason because why | smoke smoking cigarette smoker |
quit stop | habit routine ritual | superstition lucky luck | lucky luck charm | vacuum hoover | knife blade |
toy doll teddy | ride riding rider | fish fishing angling angler | hunt hunting | sailor sailing |
crash accident collision collide | accident injury | fall fell | police officer | army military soldier navy serve |
lawyer solicitor attorney barrister legal advocate | accountant bookkeeper accounting | engineer engineering |
scientist science researcher research | architect architecture | journalist reporter | plumber plumbing pipe leak |
electrician electrical wiring | carpenter joiner woodwork woodworking carpentry | builder contractor |
farmer farm farming | pilot flying | tailor dressmaker | florist flowers | butcher meat | librarian library |
waiter waitress server | founder director | founder found founded | club society association | bookclub book |
join joined | remote telework home | client customer | speech talk toast presentation | presentation talk slides |
temperature degree warm cold | rain rainy wet | storm hurricane | spoil ruin | scar wound cut |
bone fracture wrist ankle arm leg | heirloom inherit inherited | inherit inheritance bequeath left | handmade homemade |
nut peanut almond hazelnut walnut cashew peanutbutter | seafood shellfish shrimp prawn | bee wasp | spider arachnid |
snake serpent | maximum max top most | first initial original debut | last final previous latest |
next upcoming following | eldest oldest firstborn | youngest smallest | eldest older | younger youngest | twin twins |
adopt adopted rescue shelter | emergency urgent | contact reach call | cancel call_off | postpone delay reschedule |
license permit drivinglicence | drivinglicence driving licence license | bake sourdough | stream streaming netflix |
podcast listen | radio station broadcast | newspaper paper magazine | hide tuck | wallet purse | bottle flask |
cushion pillow | picture painting portrait | curtain blind | tile tiles | fence hedge | greenhouse glasshouse |
shed hut | lift elevator | pavement sidewalk | flashlight torch | nappy diaper | holiday_home cottage cabin chalet |
cabin chalet hut lodge | cupboard pantry larder | mobile_home caravan campervan camper | autumn fall |
christmas xmas noel | newyear nye | noon midday twelve | midnight twelve | dawn sunrise daybreak | dusk sunset |
fortnight fourteen | ill sick poorly unwell | fever temperature | cough cold throat | stuffy blocked congested |
nose nasal nostril | headache migraine | vomit sick puke | dizzy vertigo | deaf hearing hear ear | blind sight vision |
eyesight vision glasses eye | limp walk | bandage plaster cast | wheelchair mobility | stitches sutured |
cavity filling tooth | braces teeth retainer | pacemaker heart cardiac | heart cardiac cardiologist |
skin dermatologist rash eczema | kidney renal | pregnancy trimester | therapist session |
antidepressant depression depressed | sober alcohol drink | addict addicted addiction | cleaning cleaner char |
chauffeur driver | cashier till checkout | clerk admin administrator | boss director executive |
freelance self employed contractor | shareholder share stock | invest investment stock share fund |
inheritance heir legacy | will testament heir executor | allowance pocket_money | tip gratuity | instalment payment |
deposit advance | refund reimburse reimbursement | voucher coupon | receipt proof | quote estimate offer tender |
electricity power energy | gas energy | bill electricity | solar panel | battery batteries | fuse breaker electricity |
stopcock valve mains | tap faucet | drain gutter | ladder steps | hatch trapdoor | hinge door |
alarm burglar siren security | disarm deactivate disable | thief burglar robber | guard security |
password passphrase login key | router modem wifi | network lan wifi | nas storage | usb stick | disk drive storage |
webcam camera | podcast episode | playlist music song | album record music | vinyl record lp | turntable record |
speaker loudspeaker | keyboard keys | mouse trackpad | typeface font | photo selfie picture snapshot | video clip film |
bug defect error | repository repo git | server nginx caddy apache | database db postgres sqlite mysql | cloud storage |
domain website | jigsaw puzzle | quiz trivia | cards card | dice die | lottery lotto jackpot | bet wager gamble |
magic conjuring | karaoke sing song microphone | stage perform performance | solo alone |
rehearse rehearsal practise practice | conductor orchestra | orchestra symphony philharmonic | opera aria |
piece composition sonata | composer music | theatre theater play stage | comedian comedy standup | circus clown |
painter artist | sculpture sculptor statue | pottery ceramics clay | lighthouse beacon | church cathedral chapel |
mosque temple synagogue | monastery abbey convent | vicar priest pastor minister |
baptise baptism christen christening | funeral cremate cremation burial | grave tomb cemetery graveyard |
ghost haunted | pond lake | river stream | forest wood woods | hill slope | sea ocean | harbour port marina |
bridge span | tunnel underpass | motorway highway freeway | junction crossroads exit | roundabout circle |
parking park carpark | fuel tank | clutch gearbox brake | engine motor | boot trunk | windscreen windshield |
inspection mot | speeding fine ticket | crash collide accident bump | taxi cab uber | ferry crossing boat |
cruise ship | suitcase luggage trunk | passport travel | customs border | currency exchange | souvenir keepsake |
guide tour | sleeping_bag camp | summit peak top | glacier ice | glide glider gliding | parachute skydive skydiving |
balloon hot air | surf wave | snorkel dive diving scuba | canoe kayak paddle | rowing oar | skate skating rink |
sled sledge toboggan | goalkeeper goalie keeper | striker forward attacker | midfield midfielder | defender defence |
referee umpire | trophy cup | medal gold silver bronze | champion champ title | opponent rival adversary |
score result | rating elo rank ranking | marathon 26 | triathlon ironman | pace speed | bench weights | protein shake |
stretch stretching yoga pilates | meditate meditation mindfulness | massage masseur | sauna steam | barbecue grill bbq |
picnic hamper | takeaway takeout delivery | leftover remains | recipe ingredient | spice seasoning | herb plant |
cheese dairy | butter margarine | jam marmalade preserve | yeast sourdough starter | loaf bread | pastry croissant |
vegetable greens | mushroom fungus | seafood fish | steak beef | ham pork | poultry chicken turkey | roast sunday |
toast bread | tea infusion | decaf coffee | smoothie shake | cocktail mixer | whisky scotch bourbon | sparkling fizzy |
spicy curry | bitter sour | disgusting awful revolting horrible | delicious tasty yummy | starving hungry |
thirsty drink | apron kitchen | pan pot saucepan | plate dish | fork cutlery knife spoon | mug cup | corkscrew bottle |
fridge larder | recycle recycling | compost peel | mower lawn | grass lawn | hedge trim | weed weeds | bulb tulip |
bloom blossom flower | harvest crop pick | greenhouse conservatory | beehive hive bee | chicken hen rooster |
stable horse | kennel dog | aquarium tank fish | cage bird | leash lead | chip microchip | neuter spay castrate |
groom groomer | stray rescue | litter kittens | paw foot | feather bird | nest bird | fossil dinosaur |
dinosaur prehistoric | space astronaut rocket | star astronomy telescope | telescope stargazing | planet space |
comet meteor | aurora northern_lights | eclipse sun | earthquake tremor | flood water | drought dry | storm thunder |
heatwave hot | freeze frost ice | snow winter | umbrella rain | sunscreen sun | aircon cooling | fireplace stove wood |
chimney fire | smoke_alarm fire | insulation insulate | tenant renter | estateagent realtor | viewing viewings |
deposit rent | neighbour door | upstairs above | downstairs below | stair staircase stairs | lodger tenant |
headteacher principal headmaster | treasurer chair secretary | committee board council | parent pta | report card |
detention school | bully bullied | scholarship grant bursary | tuition fee | semester term | phd doctorate doctoral |
graduate alumni | lecture lectures | library books | lab laboratory | experiment research | patent invention invent |
conference congress symposium summit | workshop seminar | training course | keynote speech | slide presentation |
agenda meeting | minutes notes | launch release | merge acquisition | redundancy layoff | bonus premium | shift nights |
overtime hours | union strike | uniform dress | badge pass | desk workstation | extension phone | fax phone |
scanner scan | stapler office | signature sign | notary lawyer | court judge trial | jury court | sue lawsuit |
guilty convicted | prison jail | police cop | witness saw | elect election | mayor council | president leader |
politician politics party | vote ballot | protest demonstration march | petition sign | tax revenue |
immigrate immigrant migrate | refugee asylum | border frontier | war battle | navy sailor | veteran army |
king queen royal | flag banner | anthem song | tradition custom ritual | habit custom | dream nightmare |
nightmare horror scary | memory recollect | secret confide | lie lied | trust rely | jealous envy | lonely alone |
shy timid | brave courage | stubborn obstinate | generous kind | funny humour humor | joke funny | laugh laughed |
cry cried tears weep | kiss kissed | date dating | crush fancy | flirt date | affair cheat | breakup split divorce |
reunion reunite | adopt foster | orphan orphanage | godparent godmother godfather | triplet triplets |
apologise sorry apology | forgive pardon | congratulate congratulations | thank grateful | prank joke |
surprise secret | balloon party | candle cake | gift wrap | card greeting | costume fancy disguise | mask costume |
fireworks rockets | parade procession | decorate decoration | tree christmas | egg easter | pumpkin halloween |
snore snoring | insomnia sleepless | nap siesta doze | pyjamas nightwear | slipper slippers |
perfume fragrance scent cologne | scent smell odour odor | shampoo hair | beard moustache shave | razor shave |
lipstick makeup | nail nails | pierce piercing | scar stitches | mole freckle birthmark | curly wavy | bald hairless |
dye dyed | blonde blond | slim thin | overweight fat | muscle biceps | fit healthy | vitamin supplement |
deficient deficiency low lack | iron anaemia | donor donate | transfusion blood | scan mri xray ct | metal plate screw |
implant prosthesis | crown tooth | denture teeth | contact_lens lens | hearing_aid ear | cane stick | firstaid kit |
abandon desert quit | abbreviate shorten | abolish scrap | absorb soak | accelerate speed | accept agree approve |
accompany escort join | accomplish achieve | accumulate collect hoard | accuse blame charge | ache hurt pain throb |
acknowledge admit confess | acquire buy purchase gain | adapt adjust alter modify | add append | address tackle |
adhere glue | admire worship idolise | adorn decorate | advise counsel | affix fasten glue pin | age grow |
aid assist support | air ventilate | allocate assign | alter modify adjust amend | amaze astonish surprise |
amuse entertain | announce declare reveal proclaim | applaud clap | appoint hire |
argue quarrel fight row dispute bicker | arrest catch detain | assemble build construct | assess evaluate grade judge |
attack assault bite | attempt effort shot | attract draw | avoid evade dodge skip shun | awaken wake rouse |
bake roast cook | ban forbid prohibit bar | barter trade swap exchange | bathe wash swim | battle fight |
beat defeat win | beg plead | believe trust | boil cook heat | bore drill | bounce jump | bow bend | brag boast |
broadcast air | browse surf | bruise hurt | brush comb | bully tease harass | bump hit collide | burn scald |
bury inter | call phone ring dial telephone | calm soothe | cancel annul scrap terminate | carve cut | cater cook feed |
cease quit | celebrate toast party | challenge dare | chase pursue | chat gossip | cherish treasure love | chill cool |
clean tidy scrub wash wipe polish | climb ascend scale | coach train teach | collapse fall faint | combine mix |
comfort console | compete race | complain moan grumble whine | conduct lead | confirm verify | confuse puzzle |
connect link plug | construct build erect | consume eat drink | contribute donate | convince persuade | crawl creep |
cross traverse | cry weep sob tears | cuddle hug embrace | cultivate grow | cut trim chop slice |
cycle bike ride pedal | damage break ruin harm | debate discuss argue | deceive trick cheat | decline refuse reject |
decorate furnish | decrease reduce lower drop | dedicate devote | defend protect | delete erase remove | deliver drop |
demolish destroy | deserve merit | design draw | desire wish crave | detect spot | develop build | differ vary |
dig excavate | diminish reduce | disappear vanish | disappoint upset | discard throw bin dump | disguise dress |
dismiss fire sack | display exhibit | dispose throw bin | distract disturb | distribute hand deliver |
disturb bother wake annoy | divide split | drain empty | dress clothe wear | drift float | drop fall | drown sink |
dry wipe | earn gain | eat consume devour munch | educate teach | elect vote | empty clear | encourage support |
endure bear | engrave carve inscribe | enjoy love relish | enlist join | enrol register sign | erase delete rub |
escape flee | establish found | estimate guess | exaggerate overdo | examine inspect test | exceed top | exclude omit |
exercise train workout | exhaust tire | expire lapse | explode burst | export sell | expose reveal | extend lengthen |
extract remove | fade bleach | fail flop flunk | fascinate interest | fasten tie | feed nourish | film record shoot |
finance fund pay | flirt tease | float swim | flood overflow | fold bend | fool trick | forecast predict |
forget overlook | fracture break crack | frame border | frighten scare terrify | fry cook | fulfil achieve |
furnish equip | gaze stare | govern rule | grab seize | graze scratch | greet welcome | grind crush | groan moan |
guard protect | guide lead | hand pass | harm hurt | harvest reap | hatch born | heal recover cure | heat warm |
hesitate pause | hike walk trek ramble | hire rent | hit strike knock | hoist lift | host entertain | hover float |
hum sing | hurry rush | ignore overlook | illustrate draw | imagine picture | imitate copy | immigrate move |
implant insert | improve better | infect catch | inflate pump | influence affect | inject jab | inspire motivate |
install mount | instruct teach | insult offend | interrupt disturb | invade attack | itch scratch | join enrol |
joke tease | jump leap hop | kick boot | kidnap abduct | laugh giggle | lean rest | lecture teach | light illuminate |
limit restrict | lock bolt | marry wed | meditate relax | melt thaw | merge join | mix blend stir | monitor watch |
mount fix hang | mourn grieve | mow cut | murder kill | nag bother | neglect ignore | nibble eat | nod agree |
nurse care | object oppose | observe watch | occupy live | omit skip | oppose against | overcome beat | overtake pass |
pack bag | paint decorate | panic fear | participate join | pause break | peel skin | photograph shoot |
practise train rehearse drill | praise compliment | pray worship | preach sermon | preserve conserve | print publish |
profit gain | progress advance | promise swear | promote advance | punish penalise | rain pour | rank rate |
react respond | rebuild restore | recite read | record tape | recycle reuse | reduce cut lower | regret sorry |
relax rest unwind chill | release free | renew extend | rescue save | research study | resist withstand |
restore renovate | retreat withdraw | reverse back | revise study | reward prize | ride drive | rinse wash |
rise climb | risk danger | roam wander | roar shout | row paddle | rub wipe | salute greet | scan copy |
scatter spread | score goal | scream shout yell | search seek hunt | secure lock | sell flog | sew stitch |
shake tremble | sharpen grind | shelter protect | shine glow | shiver tremble | shock surprise | shop buy |
shower wash | shrink reduce | ski slide | slap hit | slip fall | smell stink | smile grin | smoke puff | snatch grab |
sneak creep | sniff smell | snore loud | soak wet | solve fix | spell write | spill drop | sponsor fund | spray squirt |
spread smear | steal nick pinch rob | steer drive | strengthen reinforce | stretch extend | struggle fight |
stumble trip | submit hand | subscribe join | suck drink | surrender yield | survive live | swallow eat | swear curse |
sweat perspire | sweep clean | swing rock | taste flavour | tear rip | throw toss chuck | tie bind | toast cheers |
topple fall | translate interpret | trip fall | tumble fall | tune adjust | understand comprehend | undress strip |
unite join | unlock open | unpack empty | update renew | upgrade improve | walk stroll hike | warn alert |
waste squander | water sprinkle | wave greet | weave knit | weigh scale | whisper murmur | win triumph |
withdraw remove | work labour toil | wrap pack | write compose pen | yawn tired | absent away missing | absurd silly |
abundant plenty | active lively | adult grownup | alike similar | alive living | allergic sensitive |
amazing wonderful | ancient antique | angry mad cross furious | annual yearly | antique vintage | ashamed embarrassed |
asleep sleeping | attractive pretty beautiful handsome | automatic robot self | aware conscious |
awful terrible dreadful horrible | awkward clumsy | bad poor | basic simple | beautiful pretty lovely gorgeous |
beloved favourite dear | blank empty | blind sightless | blond fair | blunt dull | bold brave | boring dull |
brief short | bright light | brilliant clever | broad wide | broke penniless | calm quiet | careful cautious |
careless reckless | casual informal | central middle | charming nice | cheeky naughty | cheerful happy |
chilly cold cool | chubby fat | clean spotless | clear obvious | clever smart intelligent bright | close near |
coarse rough | cold chilly freezing | colourful bright | comfortable cosy | complicated complex difficult |
constant steady | cosy snug | crazy mad | creative artistic | crooked bent | crowded packed busy | curious nosy |
cute sweet | daily everyday | damp wet | dangerous risky | dark dim | deceased dead late | deep profound |
defective faulty broken | dense thick | dependable reliable | desperate hopeless | difficult hard tough tricky |
digital electronic | dirty filthy muddy | disabled handicapped | disgusting revolting gross | distant far |
dizzy giddy | domestic home | double twice | drunk tipsy | dry arid | dusty dirty | eager keen | early premature |
easy simple | edible eatable | elegant stylish | empty vacant | enormous giant | evil wicked | excited thrilled |
exhausted tired | exotic foreign | expensive costly pricey dear | extinct dead | faint weak | faithful loyal |
fake false | famous celebrity | fancy posh | fast quick rapid | fatal deadly | firm solid | flexible bendy |
fluffy furry | fond love | foolish silly | forgetful absent-minded | fragile delicate | free gratis | frozen icy |
funny hilarious | fussy picky | generous giving | gentle soft | gifted talented | gloomy dark | grateful thankful |
greedy selfish | grumpy moody | guilty ashamed | hairy furry | handsome good-looking | handy useful | harmful bad |
harmless safe | harsh strict | heavy weighty | helpful useful | high tall | hollow empty | holy sacred |
honest truthful | hopeless useless | hostile unfriendly | humble modest | humid damp | icy cold | ideal perfect |
illegal forbidden | immediate instant | impatient restless | impossible hopeless | independent free |
infectious contagious | inner inside | innocent naive | interesting fascinating | internal inside | itchy scratchy |
jealous envious | joint shared | junior younger | lame limping | late delayed | lazy idle | legal lawful |
local nearby | loose slack | lovely nice | lucky fortunate | luxurious posh | marvellous wonderful | mature grown |
medical health | messy untidy | mild gentle | miserable sad | mixed blend | modern contemporary | moist damp |
mouldy rotten | mute silent | mysterious strange | naked nude | narrow thin | native indigenous | natural organic |
nearby close | neat tidy | nice pleasant | nocturnal night | numb frozen | obese fat | official formal | oily greasy |
optimistic hopeful | oral mouth | ordinary normal | outer outside | outgoing sociable | outstanding excellent |
painful sore | pale white | patient calm | peaceful quiet | permanent lasting | plain simple | playful lively |
pointed sharp | poisonous toxic | polite courteous | poor broke | popular loved | portable mobile | powerful strong |
practical handy | prehistoric ancient | previous former | professional expert | proud pleased | public open |
punctual prompt | pure clean | puzzled confused | quiet silent | rare unusual | raw uncooked | ready prepared |
rear back | reasonable fair | related kin | relaxed calm | reliable trusty | religious devout | reluctant unwilling |
rich wealthy | ripe mature | romantic loving | rotten bad | round circular | rude impolite | rusty corroded |
sad unhappy | safe secure | salty briny | satisfied content | scarce rare | scary frightening | secondhand vintage |
secret hidden | senior older | sensible wise | serious grave | severe strict | shallow low | shiny bright |
sincere honest | skilled expert | skinny thin | sleepy tired | slippery icy | slow sluggish | smelly stinky |
snowy white | sober dry | solitary alone | spoiled bad | square rectangular | squeaky noisy | steep sheer |
sticky gluey | stiff rigid | strange odd weird peculiar | strict stern | striped lines | stubborn headstrong |
stupid silly | sudden abrupt | sunny bright | superb excellent | suspicious wary | sweet sugary | swollen puffy |
talkative chatty | tame pet | temporary short | thick fat | thirsty dry | thrifty frugal | tight narrow | torn ripped |
traditional classic | transparent clear | ugly hideous | uncertain unsure | unemployed jobless redundant |
unusual strange | upper top | vague unclear | valid legal | violent aggressive | visible seen | vivid bright |
weak feeble | weary tired | widowed widow widower | wild untamed | wooden timber | worldwide global |
worthless useless | wrinkled creased | young youthful | accountant bookkeeper tax adviser |
adapter plug charger converter | advert ad advertisement commercial | aircraft plane jet airliner | aisle gangway |
alley lane passage | allotment garden plot vegetable | ambulance paramedic emergency | angle corner | ankle foot |
apron pinafore | architect designer | area district region zone | argument quarrel row fight dispute |
armchair chair recliner | army military forces soldier | article story piece | ashtray smoking |
assistant helper aide secretary | athlete sportsman runner | auction bid | audience crowd spectators |
avenue street road boulevard | award prize trophy honour | background origin roots heritage |
backpack rucksack bag knapsack | badge pin | balcony terrace veranda | ball game | ballpoint pen biro | banana fruit |
bandage plaster dressing | banknote bill cash | barn shed stable | barrel cask keg | basket hamper | bath tub bathtub |
bathroom washroom toilet loo lavatory restroom | battery accumulator cell | bay cove inlet | beach seaside sand shore |
beard moustache whiskers stubble | bedroom bed | bedside nightstand | bee hive honey | beginner novice newbie learner |
beginning outset | bell chime ring doorbell | belly stomach tummy abdomen | belt strap | bench seat |
bin dustbin trash garbage rubbish | birth delivery born labour | birthday anniversary | biscuit cookie cracker |
blackboard board | blanket duvet quilt throw | blaze fire | blemish scar spot | blister foot | blog website online |
blouse shirt top | boarder lodger | body figure | boiler heating furnace heater | bonnet hood cap |
bookcase bookshelf shelf shelves | bookshop bookstore | boundary fence border | bouquet flowers bunch | box carton |
bracelet bangle | braid plait | branch office department | brand label manufacturer | breakdown failure |
breakfast morning | breath lungs | brick stone | bridge crossing | briefcase bag | brochure leaflet flyer pamphlet |
broom brush | bucket pail | budget money spending | buggy pram stroller pushchair | building house block |
bulb lamp light | bump lump | burglary break-in theft | bush shrub | businessman entrepreneur | cable wire lead cord |
cafe coffee coffeehouse | cake gateau | calendar diary planner schedule | camper campervan motorhome caravan |
candidate applicant | candy sweets | cane walking | canteen cafeteria mensa | cap hat | capital city |
captain skipper leader | caretaker janitor | cargo freight | carnival parade | carpet rug mat | carriage wagon coach |
cart trolley | cartoon comic animation | cashpoint atm | castle palace fortress | catalogue brochure | cavity hole |
ceiling roof | celebrity star | cemetery graveyard churchyard | centre middle | century hundred |
cereal muesli cornflakes granola | ceremony service | certificate diploma | chain necklace | chair seat |
chairman chair president | champion winner | chance opportunity | character nature | charity organisation |
charm amulet talisman | chart graph table | chest breast | chick chicken | chimney fireplace | chips crisps fries |
chore task housework duty | cigarette fag smoke | cinema movies | circle ring | clash fight | classmate schoolmate |
classroom school | clerk office | cliff rock | climate weather | clinic surgery practice | cloak cape coat |
cloth fabric material | clue hint | cobbler shoemaker | coffin grave | coin money | cold flu | collar neck |
column pillar | commitment promise | companion friend partner | compartment carriage | concert gig performance recital |
congregation church | connection link | constable police | convent nunnery | cookery cooking | copy duplicate |
corridor hallway hall passage | cosmetics makeup | costume outfit | cot crib cradle | cottage house cabin |
counsel advice | countryside country rural | couple pair | courage bravery | courtyard yard | cow cattle |
craft handicraft | crate box | creature animal | crew staff team | crime offence | crook thief | crowd mob |
cure remedy treatment | currency money | curtain drape | date day | daycare nursery kindergarten creche |
dealer seller | decorator painter | defect fault | denim jeans | desk table | device gadget | diabetes sugar |
dialect accent | diary journal | dirt mud | disc record | discount reduction | door entrance | dose dosage |
dozen twelve | dress gown | driver motorist | dummy pacifier | dungarees overalls | duvet quilt comforter |
earring stud | education schooling | election poll | embassy consulate | employee worker staff | enthusiast fan lover |
entrance entry | equipment gear kit | error mistake bug | essay paper | factory plant works mill | faculty department |
fair funfair | fare ticket | field meadow | fireman firefighter | fireplace hearth | fisherman angler | flu influenza |
fog mist | folder binder file | footpath path trail | fortune wealth | foyer lobby | fringe bangs | frying pan |
gathering meeting | gem jewel stone | ghost spirit | glove mitten | godchild godson goddaughter | group band team |
haircut trim | hairdo hairstyle | handbag purse | handkerchief tissue | heartburn reflux | hero idol | inhaler puffer |
inn pub | insect bug | kilometre km | liquor spirits | mansion villa | napkin serviette | ointment cream |
outing trip excursion | overcoat coat | playgroup nursery | walking_stick cane | fuse electrical panel |
online internet wifi web | eyesight vision sight glasses | relationship couple dating partner |
painkiller ibuprofen paracetamol aspirin naproxen | brother-in-law sister's | watch saw seen |
train training apprenticeship apprentice | training learning | pack package parcel | ruin destroy chew wreck |
bite chew gnaw | chew destroy gnaw | swap exchange replace | sleep nap doze snooze rest | booked reserved |
price cost paid | quote estimate price wants | emptied collected | emptying collection | renewal renew |
expire expiry renewal valid | trailer caravan | loud noisy snores | roofer roof | archive records library |
stairs steps | crutch crutches plaster | meniscus ligament knee | beetle insect | thickened drinks | flea market |
oyster seafood | clockmaker watchmaker | literature books | linguistics language | studio atelier workshop |
residence dorm dormitory halls | fine fee | late overdue | driving licence driver | licence permit | swing playground |
incident accident | spelling bee contest | capsule tablet pill | vegan vegetarian plant | rum alcohol |
kiosk shop stall | stall kiosk market | keeper warden | authority council | flower florist | grocer greengrocer |
cloud server | weekday workday | weekend saturday sunday | fortnightly biweekly | nightly night |
midday noon lunchtime | dinnertime evening | bedtime night | teatime tea | dusk evening | dawn morning sunrise |
evening night | afternoon pm | christmas xmas december | newyear january | summer july august june |
winter december january february | autumn october november september | spring april march | first oldest initial |
aunt uncle's | kin relatives | spouse wife husband | offspring children | teen teenager adolescent | pensioner retired |
bachelor unmarried | fiancee bride | bridesmaid wedding | bestman wedding | groomsman wedding | guests visitors |
lodging board | tenancy lease rent | lease contract rent | deposit bond | handyman repair | odd jobs | diy tools |
toolbox tools | workbench workshop | workshop garage shed | lawnmower mower | hosepipe hose water | sprinkler water |
greenhouse tomatoes | vegetable patch | compost garden | hen coop eggs | coop hens | collar tag | litterbox litter |
cage hamster | hutch rabbit | vet animal doctor | worming tablets | flea treatment | grooming clip
"""
