"""How is home, food, clothing, family, body and health spoken of: told in one way, asked in another?"""

from __future__ import annotations

# Groups of words that stand for one another in one sense, separated by bars.
SYNONYMS = """
lavatory toilet loo wc restroom bog washroom | tap faucet | stopcock valve mains | hoover vacuum | worktop counter
countertop | sofa couch settee divan | wardrobe closet armoire | chest drawers dresser | bedside nightstand | rug
carpet mat | duvet quilt comforter bedding eiderdown | sheets bedding linen bedsheet | pillow cushion headrest |
curtains drapes blinds shutters | light lamp bulb lighting | lampshade lamp | hob cooktop stove burner | cooker stove
oven range | grill barbecue bbq broil cookout | barbecue grill bbq cookout | saucepan pot pan | skillet pan | casserole
stew | tin can | kitchenroll | dishes | dryer | laundry washing washer | iron ironing press | bin trash rubbish garbage
dustbin | rubbish trash garbage waste litter junk | recycling recycle paper glass | gutter gutters drainpipe | roof
rooftop tiles attic | loft attic roof | cellar basement vault | garden yard backyard lawn | lawn grass turf mow mower |
shed hut outhouse cabin | hedge fence bush privet | fence boundary railing | gate entrance | patio terrace decking |
conservatory sunroom | greenhouse glasshouse polytunnel | allotment plot garden | flowerbed border bed | compost manure
fertiliser fertilizer | weed weeds weedkiller | plant sow seed bulb planted | prune trim cut | rake hoe spade shovel
fork | spade shovel dig | spanner wrench | screwdriver screw | drill bore | saw cut | pliers tongs | ruler measure |
ladder steps stepladder | paint painted emulsion coat gloss | wallpaper papering | plaster plastering | tile tiles
tiling tiler | parquet floorboards flooring laminate | floor flooring lino | insulation insulate | boiler furnace
heater heating | radiator heater heating | thermostat heating temperature | heatpump heating | solar panels
photovoltaic pv | fuse fusebox breaker circuit | socket outlet plug | plumber plumbing pipe leak | leak leaking drip
dripping | damp mould mold moisture | key keys keyring | doorbell bell ring | letterbox mailbox | alarm burglar siren
security | burglar thief robber intruder | detector | house home place property | flat apartment condo studio unit |
maisonette flat | bungalow house | cottage house cabin | mansion house | rent rental tenancy lease let | letting rental
agency | landlord landlady owner | tenant renter lodger | mortgage homeloan loan | estateagent realtor broker | move
relocate relocation removal movers | removal movers | housewarming party | housemate flatmate roommate | neighbour
neighbor nextdoor | upstairs above | downstairs below | first | storey floor level | stairs staircase steps stairwell |
lift elevator | hallway hall corridor entrance | porch entrance veranda | bedroom room | study office den | nursery
playroom | pantry larder storeroom cupboard | cupboard cabinet closet | shelf shelves bookcase rack | drawer drawers |
box carton crate case container | tin box can jar | jar pot tub | bottle flask | mug cup | glass tumbler | bowl dish
basin | plate dish | cutlery silverware knives forks spoons | napkin serviette | tablecloth cloth | candle candles |
vase jug | food meal dish cuisine grub | meal dinner lunch supper dish | dish recipe meal speciality specialty
signature | speciality specialty signature best famous | breakfast brekkie morning | lunch sandwich midday | sandwiches
lunchbox | dinner tea supper evening | takeaway takeout delivery | leftovers leftover rest | starter appetiser
appetizer | dessert pudding afters sweet | snack nibble crisps | crisps chips | chips fries | biscuit cookie | sweets
candy sweet confectionery | chocolate cocoa | jam preserve marmalade | courgette zucchini | aubergine eggplant |
coriander cilantro | rocket arugula | scallion | beetroot beet | swede rutabaga | prawn shrimp | mince | bacon rasher
ham | sausage banger | porridge oatmeal oats | yoghurt yogurt | cream dairy | butter margarine spread | cheese cheddar
brie dairy | flour wheat gluten | gluten wheat flour | dairy milk lactose | nuts nut | spicy hot chilli peppery | spice
spices seasoning herb | herb herbs seasoning | salt sodium | sugar sweet sweetener glucose | caffeine coffee | decaf
caffeine coffee | meat beef pork chicken lamb steak | vegetarian veggie meatless | vegan | eat consume munch have |
cook prepare make | bake baking oven | fry fried | boil boiled | roast roasted oven | ferment fermenting sourdough |
brew brewing homebrew beer | beer ale lager stout pint bitter | wine red white rose vintage | booze alcohol spirits
liquor | fizz champagne prosecco sparkling | drink beverage tipple | juice squash cordial | soda pop fizzy | thirsty
drink | teetotal sober dry alcohol | drunk tipsy hungover | hungry starving appetite | groceries shopping supermarket
food | vegetables vegetable | recipe ingredient cookbook | ingredient recipe secret | secret trick special | barista
coffee | bakery baker bread | butcher meat | fishmonger fish | greengrocer vegetables | restaurant eatery bistro diner
| cafe coffeehouse tearoom | table booking reservation | tip gratuity service | menu dishes | clothes clothing garments
apparel gear outfit | jumper sweater pullover jersey | cardigan jumper sweater knitwear | trousers pants slacks |
underpants underwear boxers knickers | vest undershirt | waistcoat vest | tights stockings hosiery | bathrobe robe |
pyjamas nightwear pajamas | trainers sneakers | wellingtons wellies boots | slippers | suit tuxedo | tie necktie |
bowtie tie | braces suspenders | dress gown frock | skirt kilt | coat jacket overcoat parka anorak raincoat | raincoat
mac anorak waterproof | scarf shawl | gloves mittens | hat cap beanie bonnet | handbag purse bag | purse wallet |
rucksack backpack | suitcase luggage bag case trolley | glasses spectacles specs lenses | sunglasses shades | contacts
lenses | watch wristwatch timepiece | ring band jewellery | earring earrings stud | perfume scent fragrance cologne
aftershave | scent smell fragrance perfume | lipstick makeup | nailpolish varnish | size fit number | tailor seamstress
alterations dressmaker | haircut trim hairdresser | hairdresser stylist salon barber | fringe bangs | beard stubble
whiskers moustache | shave razor beard | shampoo soap | toothpaste toothbrush teeth | floss teeth | deodorant
antiperspirant | suncream sunscreen sunblock | mum mother mom mam mama mummy | dad father papa pa daddy | parents mum
dad mother father folks | gran grandmother granny nana grandma nan | grandad grandfather grandpa gramps granddad |
auntie aunt aunty | wife spouse missus partner | husband spouse hubby partner | spouse partner wife husband fiance |
partner boyfriend girlfriend spouse | girlfriend dating | boyfriend dating | fiance fiancee engaged | ex former | twin
twins | triplets three | sibling brother sister siblings | kid child youngster | kids children offspring | toddler
child baby | baby newborn infant | teenager teen adolescent | son boy | daughter girl | nephew | niece | godparent
godmother godfather | inlaws motherinlaw fatherinlaw | relative family relation cousin uncle aunt | ancestor forefather
| descendant offspring | married wed marry hitched | wedding marriage nuptials ceremony | propose proposed engaged
engagement | honeymoon newlyweds | anniversary wedding married | divorce divorced separated split | separate separated
split divorce | birth born delivery | christening baptism baptised | pregnant expecting pregnancy | midwife birth |
maternity leave parental | nursery daycare kindergarten creche preschool | babysit babysitter nanny childminder | adopt
adopted fostered | widow widower widowed | funeral burial cremation service | grave cemetery buried tomb rest | bury
buried grave rest | died dead passed death deceased | inherit inherited heirloom will bequeathed left | heir will |
will testament | friend mate pal buddy | acquaintance friend contact | colleague coworker workmate teammate | guest
visitor | stranger unknown | birthday bday | party celebration do bash gathering | present gift | invite invitation
invited guests | celebrate celebration party | toast speech | babyshower baby | christmas xmas | hogmanay newyear |
christmas december | easter april | holiday weekend | allowance | chores chore housework | playdate play | bedtime
sleep | lullaby song | pram stroller pushchair buggy | nappy diaper | dummy pacifier | cot crib bed | cuddly toy plush
stuffed teddy | plush teddy | toy plaything doll | body figure | head skull | face | forehead brow | eye eyes |
eyesight vision sight eyes | ear ears hearing | hearing deaf ear | nose nasal nostril | mouth oral | tooth teeth dental
| tooth | tongue taste | throat tonsils neck | neck nape | shoulder rotator | arm elbow | wrist hand | hand palm fist |
finger thumb | chest breast ribs lung | breast mammogram chest | back spine lumbar disc | hip pelvis | stomach belly
tummy abdomen gut | belly stomach tummy | waist belt | bum bottom backside | leg thigh calf shin | knee kneecap
cartilage meniscus | ankle foot | foot feet toe heel | toe toenail | skin dermatitis eczema rash | hair locks | bone
skeleton fracture | muscle strain | joint knee hip arthritis | blood haemoglobin | heart cardiac | lung lungs breathing
| liver hepatic | kidney renal | bladder urine | bowel gut colon | brain neurological | nerve nerves nervous | height
tall | weight weigh heavy kilos | ill sick unwell poorly | illness disease condition ailment complaint | condition
illness disease disorder | diagnosis diagnosed condition | symptom symptoms | cold flu cough | flu influenza | fever
temperature | cough chest cold | headache migraine | hayfever pollen allergy | pollen hayfever birch grass | allergy
allergic intolerance | allergic react reaction allergy | asthma inhaler wheeze | inhaler puffer asthma | diabetes
diabetic insulin sugar | hypertension bloodpressure pressure | cholesterol statin | anaemia anemia iron | iron anaemia
deficient | deficient deficiency low lack | vitamin supplement | supplement vitamin tablet | thyroid hormone |
arthritis joints rheumatism | stroke brain | cancer tumour chemo oncology | depression depressed | anxiety anxious
panic | panic anxiety fear terror | insomnia sleepless awake | snore snoring snores | tinnitus ringing ears |
colourblind colours | shortsighted myopic glasses | longsighted glasses | deaf hearing | blind sight | limp walk |
sprain sprained twisted | fracture break broken cracked | broke broken fractured snapped | cut wound gash | burn burnt
scald | bruise bump | scar mark | stitches sewn | plaster cast bandage | crutches walking | nausea sick seasick vomit |
seasick ships boat sick | carsick travel sick | vomit sick puke threw | faint fainted passed collapse | dizzy vertigo
giddy | itch itchy rash | swell swollen swelling | hurt pain ache sore | sore hurt pain ache | pain hurt ache
discomfort | cramp muscle | cure remedy treatment heal | remedy cure swore treatment | treatment therapy cure
medication | medicine medication drug meds pills tablets | meds medication medicine | pill tablet capsule | tablet pill
| dose dosage amount | prescription prescribed prescribe | prescribe prescribed put gave | painkiller ibuprofen
paracetamol aspirin | antibiotic penicillin amoxicillin | antihistamine cetirizine | injection jab shot | jab
vaccination injection | vaccination vaccine jab immunisation vaccinated | booster jab vaccination | bloodtest blood |
scan mri xray ultrasound ct | mri scan | xray scan | checkup examination | screening mammogram scan test | smear test |
operation surgery op | surgeon operate operation | surgery operation | anaesthetic operation | hospital ward clinic
infirmary | ward hospital bed | emergency ambulance | emergency casualty | ambulance emergency | doctor gp physician
doc | gp doctor doc practice | doc doctor gp | nurse matron sister | matron nurse | dentist dental hygienist tooth |
hygienist teeth dentist | orthodontist braces teeth | optician eye glasses optometrist | physio physiotherapist |
chiropractor back osteopath | podiatrist foot chiropodist | dermatologist skin | cardiologist heart | psychologist
therapist shrink | therapist counsellor psychologist | therapy counselling | masseur massage | pharmacist pharmacy
chemist | vet veterinarian | appointment slot booking | wait | sleep asleep slumber bed | nap siesta | dream nightmare
| nightmare dream scared | earplugs noise quiet | smoke smoking cigarettes | vape smoke | quit stopped gave | diet
eating vegetarian vegan | fasting fast | lent fasting | overweight heavy | exercise workout training | tired exhausted
weary knackered | stress stressed worried | stressed anxious worried | relax unwind | lefthanded leftie lefty | leftie
lefthanded lefty | righthanded | tattoo tattooed inked | piercing pierced | wheelchair disabled | deaf | pacemaker
heart | dentures teeth | crown tooth | filling tooth cavity | implant implanted plate screws | pet animal | dog puppy
hound pooch | puppy dog | cat kitten | kitten cat | parrot bird | budgie bird parakeet | hamster rodent | guineapig
rodent | rabbit bunny | fish aquarium tank | aquarium tank fish | tortoise turtle | snake python reptile | reptile
snake lizard gecko | hen chicken hens coop | cock rooster | pony horse | lead leash | collar lead | kennel doghouse
boarding | litter tray cat | paw foot leg | fur coat hair | neuter spay castrate | worm worming deworm | flea fleas
tick | microchip chip chipped | feed food | feeder bowl | bark barking | bite bitten bit | sting stung wasp bee |
scratch claw | kennel
"""
KINDS = """
barbecue: sausages burgers | remedy cure: honey ginger tea fat syrup | noise: snoring barking drilling music hum
humming | fault problem wrong trouble: leak crack noise humming smell mould damp blocked jammed stuck broken dead |
damage damaged: fence roof tree window car broken cracked torn | gear equipment camping: tent stove sleeping mattress
rucksack | spice herb seasoning: cumin turmeric paprika cinnamon ginger nutmeg saffron cardamom coriander basil oregano
thyme rosemary sage parsley dill mint chives tarragon cilantro chilli vanilla clove bay lovage | herb: coriander basil
mint parsley dill cilantro | meat: beef pork lamb chicken turkey duck goose veal venison rabbit ham bacon sausage steak
liver mince | fish seafood: salmon cod tuna trout haddock mackerel herring sardine plaice carp eel sole halibut prawn
mussel crab squid octopus | cheese: cheddar brie camembert gouda edam feta mozzarella parmesan stilton roquefort
gruyere emmental halloumi ricotta comte | bread: sourdough rye baguette ciabatta focaccia naan pitta bagel roll loaf
toast wholemeal pumpernickel brioche | nut: peanut almond hazelnut walnut cashew pecan pistachio brazil macadamia |
grain cereal: wheat oats barley rye spelt rice maize millet quinoa buckwheat | insect creature bug: wasp bee spider
moth ant mosquito fly beetle butterfly cockroach hornet tick flea ladybird dragonfly cricket | creature animal afraid
scared terrified: moth spider snake wasp goose geese rat mouse dog horse shark bat clown bee pigeon seagull cow toad
frog | bird: robin sparrow blackbird thrush crow magpie jackdaw raven pigeon dove swallow swift swan duck goose heron
owl eagle hawk kestrel buzzard falcon kingfisher woodpecker nightingale puffin gull seagull tern wren tit finch
starling peacock pheasant stork crane bittern | dog breed: whippet lurcher spaniel cocker springer labrador retriever
poodle collie sheepdog alsatian terrier jackrussell westie beagle dachshund greyhound bulldog pug boxer mastiff husky
samoyed corgi mongrel crossbreed pointer setter vizsla ridgeback bichon shihtzu | cat breed: siamese persian bengal
ragdoll burmese sphynx mainecoon birman tabby russian british shorthair | horse breed: shetland arab thoroughbred
haflinger icelandic fjord welsh connemara hanoverian | jewellery: ring necklace bracelet earring brooch pendant locket
bangle cufflinks tiara watch anklet | material fabric: cotton wool linen silk leather denim velvet cashmere polyester
nylon lace tweed fleece suede canvas corduroy satin | material: wood oak pine steel iron brass copper glass marble
granite slate brick concrete plastic ceramic porcelain gold silver titanium aluminium carbon bamboo stone clay rubber
cardboard paper | pattern: stripes striped checked spotted dots floral tartan plain paisley | shape: round square
triangle oval rectangle heart star | utensil: knife fork spoon whisk ladle spatula grater peeler sieve colander tongs
rolling | appliance kitchen gadget: toaster kettle blender mixer microwave slow cooker airfryer juicer waffle
breadmaker espresso grinder mandoline | relative family: uncle aunt cousin niece nephew gran grandad brother sister mum
dad grandmother grandfather twin stepmother | weekly habit routine ritual: sauna walk swim pub coffee | injury: sprain
fracture burn bruise cut concussion dislocated torn tear whiplash | operation surgery procedure: hip knee cataract
tonsils appendix appendectomy grommets hernia bypass hysterectomy vasectomy gallbladder caesarean wisdom transplant
bunion stent meniscus | vitamin supplement deficient: iron b12 zinc magnesium calcium folate omega d c | antibiotic:
penicillin amoxicillin doxycycline erythromycin ciprofloxacin clarithromycin cefalexin azithromycin flucloxacillin |
painkiller: ibuprofen paracetamol aspirin codeine naproxen diclofenac tramadol morphine | asthma inhaler: salbutamol
ventolin beclometasone symbicort | bloodpressure hypertension: ramipril amlodipine lisinopril losartan bisoprolol
candesartan | cholesterol: statin atorvastatin simvastatin | diabetes: metformin insulin ozempic | depression
antidepressant: sertraline citalopram fluoxetine escitalopram mirtazapine prozac | thyroid: levothyroxine thyroxine |
hayfever allergy: cetirizine loratadine antihistamine fexofenadine | migraine: sumatriptan triptan topiramate | stomach
reflux: omeprazole pantoprazole lansoprazole gaviscon | bloodthinner: warfarin apixaban heparin clopidogrel | sleep:
melatonin zopiclone valerian | anxiety: propranolol diazepam | contraception: pill coil condom | adhd: ritalin
methylphenidate
"""
HINTS = """
monitor: inch inches ultrawide | barbecue: burgers sausages charcoal | curtain: window blinds | quiet: earplugs snores
noise silence | diet: vegetarian vegan pescatarian keto paleo eat meat sugar salt | hunger: eat | herb: soap coriander
basil mint | teeth: dentist hygienist filling crown braces grinds guard brush floss | hearing: deaf ear aid tinnitus |
sight: glasses lenses minus | allergy: hives swell swollen epipen rash itchy throat sneeze cannot | allergic: hives
swell swollen epipen cannot brings wheeze | insect: epipen stung sting | nightmare: horror scared film ruined | phobia:
stand face panic scream run petrified | afraid: face run scream petrified freak creeps shudder phobia fright never |
scared: petrified creeps phobia fright panic | fear: petrified creeps phobia fright panic scared stand face | quit:
never since off stopped years ago longer | smoke: cigarette quit packet | seasick: boat ferry waves threw | ship:
seasick boat ferry | carsick: back seat front | injury: slipped fell tripped tore | operation: removed replaced taken
out put had under knife surgeon | remedy: swore drank honey ginger steam | therapist: diary suggested session |
breathe: inhaler asthma lungs | deficient: low tablets short lacking | injection: jab jabs needle every months |
vaccinated: jab jabs booster shot | nurse: ward hospital shift | midwife: baby birth | surgeon: hip knee operated |
pregnant: due weeks trimester bump | baby: due weeks girl boy born pounds | birth: pounds weighed hours delivered |
nephew: sister brother son baby boy | niece: sister brother daughter baby girl | grandchild: daughter son baby |
grandson: boy daughter son | widow: died husband | marry: proposed yes knee aisle vows ring | propose: yes knee ring |
engaged: proposed knee ring yes | wedding: bride groom aisle vows ceremony reception registry church married |
honeymoon: fly flying bali island | guest: coming invited eighty hundred people | anniversary: years married | funeral:
church buried ashes crematorium flowers | grave: rests buried cemetery lies tree under | bury: rests lies tree under
grave tin | inherit: will left went passed gran grandad grandmother died | allowance: pocket money week | chore: dishes
bins hoover lawn money | babysitter: evening kids watches sits | nursery: drop pick kids toddler | christening:
baptised church | toy: teddy doll plays stuffed carries | sleep: hours night bed insomnia awake nap | wake: alarm six
seven early | nap: afternoon sleep | snore: earplugs tractor | breakfast: porridge toast muesli eggs cereal coffee
croissant bowl | lunch: canteen sandwich salad leftovers box | dinner: evening cook tonight | takeaway: order ordered
delivery pizza curry chinese | meal: cook make pie pasta stew curry | recipe: grams oven flour secret ingredient spoon
| ingredient: pinch spoon secret add | flavour: chocolate vanilla lemon strawberry elderflower | cake: lemon chocolate
carrot sponge layers | drink: pint glass cup sip | beer: pint brew batch stout ale lager ipa | wine: bottle riesling
merlot rioja glass case | winery: wine riesling bottle weingut vineyard chateau | coffee: espresso filter beans flat
latte sugar milk | tea: cup bag earl milk | sugar: spoons sweet coffee tea | salt: pinch cut | vegetarian: meat touch
eat | meat: vegetarian vegan steak | freezer: portions frozen | fridge: hum humming milk cold | oven: degrees minutes
preheat | dishwasher: cycle beeps | boiler: serviced heating hot pressure bar | heating: boiler radiator degrees
thermostat | water: stopcock meter tap hot | stopcock: water behind under | electricity: meter kwh tariff supplier
power octopus | meter: reading kwh | gas: meter tariff | power: electricity cut | leak: drip bucket ceiling plumber |
mould: damp bathroom wall | paint: tin coat wall brush shade | wall: painted paint | floor: tiles laminate parquet |
roof: tiles slates leak | window: measured across blinds panes glazing | wide: across cm measured | key: spare
neighbour hook flowerpot mat under lock | spare: key | lock: key code combination | alarm: panel code siren switched
off | safe: combination code dial | cupboard: shelf | attic: ladder hatch boxes pole | garden: lawn plant hedge shed
bed | lawn: mows mow grass | grass: mows mow lawn | hedge: trim cut metres | plant: sow bulbs seeds planted water |
flower: bulbs tulips roses | vegetable: tomatoes beans courgettes grow | tree: apple oak cherry planted | greenhouse:
tomatoes cucumbers grow | harvest: picked kilos crop | bin: wednesday tuesday thursday friday monday collected night
out | rubbish: bins bin out collected | recycling: bins collected blue | rent: month landlord raised goes up |
landlord: rent flat deposit owns | tenant: rents flat | mortgage: bank percent fixed month rate years | deposit: paid
put down | neighbour: next door upstairs fence above | removal: van boxes moving | furniture: sofa table ikea chair bed
| sofa: coming delivered cushions | bed: mattress | mattress: bed sleep | desk: window next floor sit | clothes: wear
size bought | dress: wore wear silk velvet | suit: tailor wool wear navy tie | shoe: size boots trainers pair wear |
shoes: size boots trainers pair wear | ring: finger size gold diamond | perfume: wear bottle spray empty | glasses:
lenses optician frame minus prescription specs | eyesight: minus lenses glasses dioptres | hair: cut dye dyed blond
brown red curly | barber: hair cut fade beard | hairdresser: hair cut dye | tattoo: wrist shoulder ankle back arm got |
weight: kilos kg pounds stone lost weigh | height: metre cm tall feet | bloodtype: negative positive rhesus blood
donate | blood: negative positive donate giving | pet: dog cat rabbit hamster vet | dog: puppy walk lead barks breed |
cat: kitten litter purrs | parrot: squawks feathers | horse: stable ride gallop | hen: eggs coop lay | vet: dog cat
rabbit jab paw | feed: food bowl twice grams | walk: dog lead park
"""
