"""How do people tell what they are later asked for (N to Z)?"""

from __future__ import annotations

# "asked: told" entries, separated by bars. The told words answer for the asked ones, not the reverse.
HINTS = """
name: named christened | nanny: looks children kids watches sits minds evening | nap: sleep | narrate: podcast |
national: passport born citizen comes from | nationality: passport born citizen comes from | native: born |
naturally: always really | nausea: sick | necklace: wear | neighbour: next door number upstairs downstairs fence noise |
neighbourhood: live moved | nephew: brother's sister's baby girl boy | newborn: baby weeks born | news: paper |
newspaper: read sundays | nickname: call called | niece: brother's sister's baby girl boy |
night: sleep pm thursday monday tuesday wednesday friday | nightmare: scared horror ruined dream |
noise: loud snores neighbours drum | nonsmoker: cigarette cigarettes tobacco nicotine quit | notebook: diary |
novel: reading read pages chapter author club | number: digits | nurse: hospital works ward shift | nursery: child |
nut: allergic | oath: promise | obligation: must | observe: watch birds | occupant: live |
occupation: work works job trained qualified employed runs drives teaches nurse engineer shift freelance |
occupy: live | ocean: sea | offer: job quote | office: work desk floor moved works | offspring: children son daughter |
old: turned turn born birthday years age | oldest: first eldest | online: website wifi internet password |
opening: chess defence gambit | operate: surgery run |
operation: surgery hospital had removed replaced put took out appendix tonsils hip knee hernia cataract stitches
anaesthetic | opponent: against versus beat facing playing | optician: glasses lenses | orchestra: plays |
ordeal: hospital | order: ordered takeaway bought | organ: transplant | organisation: work volunteer |
organise: plan arranged | origin: born grew came family from village | outdoors: hike camping |
outfit: wear dress suit | oven: bake | overnight: stay | overseas: abroad moved | owe: borrowed lent pay back euros |
own: have got bought | owner: belongs | package: parcel courier neighbour delivered | pain: hurts |
paint: painted brush tin wall shade | painter: painted portrait | papers: | parade: march |
parcel: delivered courier arrives neighbour | park: parking space spot garage |
parking: spot space garage level permit | part: role | participate: run race join |
partner: husband wife married together boyfriend girlfriend dating wedding |
party: birthday celebrate guests greens labour conservative liberal democrat republican voted election invited cake |
pass: passed exam | passcode: login pin | passenger: fly | passion: love obsessed | passphrase: hint login is |
passport: expires renew valid | password: login pin hint is | pastime: love weekends evenings | pastor: church |
patient: ill hospital ward | pay: cost euros paid rent month costs pounds dollars quote | peace: quiet |
peculiar: strange | penalty: fine | pension: retire last day farewell | perform: play sing stage | periodic: every |
periodical: magazine journal subscription | pet: dog cat named hamster rabbit | pharmacy: medicine tablets |
philosophy: studies | phobia: scared afraid | phone: number call | photo: camera picture | photograph: camera picture |
photographer: pictures | physician: dr doctor appointment practice checkup prescribed pressure blood pills see |
physics: studies teaches | physiotherapist: physio exercises back shoulder knee | picnic: park |
picture: photo painting drawing tattoo print portrait | piece: practising playing | pill: take | pilot: flies plane |
pin: code digits opens door safe lock | pizza: order favourite | place: at in | plan: going want trip |
plane: lands leaves gate seat airline boards takes | planet: space | plant: planted grow | plate: registration |
platform: train | play: team band game lessons tickets stage hamlet macbeth actor row musical |
plumber: pipe leak tap drain toilet boiler | poem: wrote | poison: allergic | police: stolen officer |
politics: vote party mayor council | pool: swim | popular: everyone | population: people | port: harbour server |
position: job work plays | possess: own have | postpone: moved later | pottery: clay | power: electricity |
practise: play training lessons | pram: baby | pray: church mosque | preference: prefer like favourite |
pregnant: expecting due baby month | prehistoric: dinosaur fossil mammoth | premium: insurance pays |
prepare: training | prescribe: doctor told tablets physio dose |
prescription: tablets glasses doctor minus plus lenses eyes | present: gave got bought birthday wrapped wants |
preserve: keep | president: club | prestige: award | price: cost euros pounds dollars paid quote | pride: proud |
priest: church | principal: headmaster head school | printer: prints jams | prison: jail | prize: won first |
problem: broken leak fault trouble hurt | product: sells |
profession: work works job trained qualified employed runs drives teaches nurse engineer shift freelance |
programme: watch tv | programming: python code java rust | prohibit: not allowed |
project: working team client deadline | promise: swore vowed | prone: suffer | pronounce: say | property: house flat |
proposal: proposed engaged | protect: insurance | provider: internet phone contract with |
psychologist: session talk thursdays anxiety | pub: drink | publish: book wrote | pupil: school teach class |
purchase: bought got ordered paid shop sale | purpose: for because | puzzle: jigsaw pieces |
qualification: degree diploma | quality: good | quantity: many how | quarrel: argue fell out | queue: wait |
quiet: earplugs silence noise | quilt: blanket sew | quit: gave stopped without since more no never |
quote: euros offer | rabbit: pet | race: run finished marathon minutes | radio: station listen listens | rain: weather |
raise: grew salary | rank: points score elo | ranking: rating points | rash: skin | rate: hour charges euros per |
rating: points score elo | reach: call at address number | reaction: allergic rash swell |
read: book novel reading pages halfway chapter | reading: book novel pages halfway chapter | realtor: house |
rear: back | reason: because since | reboot: restart | recall: remember | receipt: kept | reception: wedding |
recipe: cook secret grandmother ingredient | reckon: think | recommend: should try |
record: best fastest time personal | recover: better healed | recreation: hobby | recycling: collected |
refurbish: renovated | refuse: turned declined rejected said no turn down | registration: plate | regret: wish |
rehearse: practise band choir | reimburse: pay back |
relation: uncle aunt cousin niece nephew brother sister grandmother grandfather |
relative: uncle aunt cousin niece nephew brother sister grandmother grandfather | relax: unwind evening bath yoga read |
release: launch | religion: church faith baptised mosque synagogue confirmed | relocate: moved moving |
remedy: tablets tea | remote: home | remove: taken out | renew: expires | renovate: kitchen bathroom builder |
rent: pay month landlord euros flat |
repair: fixed replaced mechanic plumber garage mended broken engineer clutch brakes screen leaking | replace: new |
rescue: shelter | research: phd thesis studies | reservation: booked table eight seven | reserve: booked table |
reside: live moved | residence: live house flat | resident: live | resign: quit notice |
restaurant: table booked ate dinner italian menu | restless: sleep | restoration: restoring | restore: repaired fixing |
restrict: can't | result: won passed | resume: job | retire: pension last day stop farewell | return: back home |
reunion: meet school | reveal: secret told | revenue: income | revise: exam | reward: prize | rhythm: drum |
ride: bike horse | ring: finger engaged wears size diamond | rival: hate beat against | river: swim boat |
role: play plays job | romantic: love | roof: attic loft leak | room: upstairs number floor paint |
roommate: live share | rough: hard | route: via through | routine: every morning always | royal: king |
rubbish: tuesday wednesday thursday friday monday collected | ruin: broke spilled | rule: never always must |
run: marathon km jog 5k 10k race | running: marathon jog 5k 10k km race | sad: cried | safe: locked code combination |
salary: earn paid make month gross net | sale: sold | salt: pressure | sandwich: lunch | satisfy: happy | sauce: cook |
save: towards short fund aside deposit piggy | saving: towards short fund aside deposit piggy | savings: save account |
scar: cut burned | scare: afraid | scared: spiders heights lift panic cannot dark stairs clowns needles |
scarf: knit wool | schedule: every monday | scholar: studies | scholarship: won |
school: class teacher pupils year term kids starts | scooter: ride vespa | score: points result won | sculpture: clay |
season: spring summer autumn winter | seat: row aisle window sit | secret: nobody don't hidden | section: row |
see: appointment watch trip fly once | sell: sold gave euros got buyer | seminar: conference | senior: old |
sensitive: allergic | separate: divorced | series: watching episode season | serve: army navy |
service: garage mechanic | settle: moved | shade: painted | shed: garden tools | shift: nights work | ship: sail |
shirt: wear | shock: surprised | shoe: size wear pair boots | shop: buy bought store from |
show: watch watching series episode season | shower: bath | sibling: brother sister twin | siblings: brother sister |
sick: ill vomit | side: left right | sign: signed | signature: sign | silence: quiet noise | silent: quiet |
sing: choir song karaoke solo soprano alto tenor bass performs perform hymn | singer: sings band |
singing: choir karaoke solo soprano alto tenor bass song performs perform hymn | single: divorced |
sisterinlaw: brother wife sister husband | situated: near in | size: wear take inches medium large small | skate: ice |
ski: slopes snow | skill: good able can learned | skin: rash eczema tattoo sunburn scar mole inked |
sleep: bed night hours asleep insomnia snore pillow | sleepy: tired | slim: weight | smell: scent |
smoke: cigarettes quit stopped cigarette tobacco nicotine | smoker: cigarette cigarettes tobacco nicotine quit |
smoking: cigarette cigarettes tobacco nicotine quit | snack: eat crisps | snake: afraid |
sneeze: pollen hayfever allergic | soap: smell | social: friends | socialise: friends | sodium: pressure | sofa: couch |
sold: sell got euros buyer | soldier: army | solicitor: will divorce contract case sue | solution: fix works |
son: boy | song: sing music danced played hum tune first dance | soprano: sing | soul: believe | source: from |
souvenir: brought bought back | spare: key | speak: fluent language learned | species: bird tree birds |
spectacles: glasses | speech: toast spoke | speed: mbit fast mph | spend: pay cost euros stay | spice: hot chilli |
spicy: hot chilli | spider: afraid scared | spine: back | split: divorced separated | sponsor: run |
sport: play team train club gym run swim pilates yoga weekly | spouse: husband wife married together wedding |
stadium: match | stage: fright | stain: spilled | stamp: collect | start: first opens starts kicks | starve: hungry |
station: platform | statue: sculpture | stay: hotel host airbnb | steal: stolen taken nicked |
stepfather: mother's husband married mum dad | stepmother: married mum dad | stick: files | stitch: sew knit |
stolen: bike nicked | stomach: milk lactose hurts | stop: quit gave without since more no never |
stopped: gave without since more no never | storage: keep cellar nas disk |
store: keep kept put shed drawer box shelf cupboard tin folder attic cellar | storey: live lift | storm: roof damage |
strange: weird | stray: found | street: live address number | strength: minus plus lenses eyes glasses |
stress: worried | stroller: baby | stubborn: won't | student: studying university studies uni lectures |
studies: degree reads university course exam law medicine | studio: flat |
study: degree university studying lectures course exams law reads exam medicine |
studying: degree reads university course exam law medicine | stuffy: blocked nose | style: wear | stylist: hair |
subject: studying teaches lectures degree | submit: deadline hand | subscription: month cancelled magazine |
suburb: live | subway: line station | succeed: passed | suffer: have diagnosed | suit: wear | sunburn: sun |
superstition: lucky never | supervisor: report manager boss promoted head office company | supper: cook eat evening |
suppertime: dinner | supplier: from contract with | supply: order bought | support: team fan match | surf: waves |
surgeon: operation |
surgery: operation hospital removed replaced took out appendix tonsils hip knee hernia cataract stitches anaesthetic |
surname: name | surprise: secret | survive: accident | swallow: tablets | swap: switched replaced | swear: promised |
sweater: knit wool jumper | sweet: sugar cake chocolate ice cream | sweetheart: girlfriend | swell: bee |
swim: pool lengths laps lake | swimming: pool laps lengths lake | switch: changed moved | symphony: orchestra |
symptom: pain hurts ache | table: booked eight seven | tablet: daily mg prescribed takes twice morning pharmacy |
takeaway: pizza order | talent: good | tall: cm metres centimetres feet | tan: sun | tart: pie |
taste: like awful delicious | tattoo: ink got shoulder wrist arm ankle | tax: return accountant refund | taxi: cab |
tea: cup | teach: teacher lessons taught school | teacher: lessons teaches school taught class mr mrs pupils |
team: support play fan club plays league | technician: repaired | teenager: years | telescope: stars | television: |
temperature: degrees fever thermostat | temple: pray | tempt: resist | tenant: rent rents | tenor: sing |
tent: pitch sleeps | terminal: flight | terrace: garden | terrify: scared afraid spiders |
test: passed result failed june retake results | text: message |
theatre: play tickets stage hamlet macbeth actor row musical | theft: stolen bike nicked | theme: party |
therapist: session talk thursdays anxiety | therapy: session | thesis: writing about phd supervisor |
thief: stolen stole broken | thirsty: drink | throat: sore | thumb: broke | ticket: booked bought | tidy: clean |
tile: bathroom | time: at | timetable: every | tip: advice | tired: sleep | title: called book |
toddler: child years baby | toilet: bathroom | tongue: speak language | tool: drill hammer shed | tooth: dentist |
topic: about | tour: trip | tourist: visit | tournament: won chess | town: live moved born grew lives from |
toxic: allergic | trade: work carpenter plumber | tradition: every always year | tragedy: died | trail: hike |
train: station platform leaves carriage | trainer: gym training team practice | trainers: shoes | transfer: moved |
translate: translator | transport: train bus bike | trauma: accident | travel: fly trip train drive went once |
treasurer: committee money | treat: tablets cream | treatment: tablets therapy | trek: hike mountains | trial: court |
trip: going fly travel week | trophy: won | trouble: broken | trust: secret | try: tried | tuition: lessons |
tune: song | tutor: lessons teaches helps grammar maths coaching | tv: | twin: brother sister identical |
umbrella: lost | unable: can't | uncle: brother | uncomfortable: hate | uniform: wear | unique: only |
university: studied degree graduated uni class campus | unlock: code pin key | unwell: ill sick | upset: cried |
urgent: call | utility: electricity gas bill |
vacation: trip fly week holiday weeks flight cottage camping beach july august | vaccinate: jab shot | vaccine: jab |
valuable: ring safe | value: worth | variety: grow kind tomato | vegan: meat | vegetable: grow | vegetarian: meat |
vehicle: car drive van bike plate truck motorbike clutch tyres engine insurance garage |
venue: held at hall church party | verse: poem | vessel: boat | vet: jab drops limp | veteran: army | view: window |
village: live grew born lives | vineyard: wine | vinyl: records | violin: play | virus: flu | visa: travel |
vision: glasses | visit: went see trip fly once | visitor: staying coming | vocation: work |
voice: sing soprano alto tenor | volume: litres | volunteer: help shelter weekends food bank |
vote: voted party election greens labour conservative liberal ballot |
voted: election greens labour conservative liberal ballot | vow: promise | voyage: trip | wage: earn month gross net |
waist: size | wake: alarm up morning six seven early | walk: dog round minutes | wallet: lost | want: asked hoping |
wants: asked hoping | war: army | ward: hospital room mum | wardrobe: clothes | warm: degrees | warn: careful |
warranty: guarantee until years | wash: laundry machine | waste: bin | watch: film series match wear saw seen see |
water: tap stopcock valve pipe | weakness: can't resist | wealth: money | weapon: gun | wear: shoes size glasses |
weather: rain sun storm | web: site server online | website: www com domain |
wedding: married marry wed ceremony church vows bride reception | weekend: saturday sunday | weekly: week every |
weigh: kg kilos scale scales | weight: kg kilos scale scales | wellness: yoga | wheel: tyre | wheelchair: mobility |
when: on | widow: husband died | wife: married | wifi: router password network | wildlife: birds |
win: won prize first medal tombola raffle | wind: storm | window: seat sit | wine: bottle red white |
winner: won prize | wire: electrician | wish: want hope anything once someday bucket list always wanted asked hoping |
witness: saw wedding | wizard: magic | won: first prize medal tombola raffle | wool: knit |
work: job office company trained qualified employed runs drives teaches nurse engineer shift freelance |
workday: job work shift office alarm | working: job work shift office alarm | workout: gym run |
workplace: office work | worldview: believe | worry: anxious afraid | worship: church mosque temple | worst: hate |
wound: cut stitches | wrist: broke | write: book writing novel diary | writer: book novel books reads wrote |
yacht: sail | year: since | yearly: year every | yell: angry | yoga: class mat | yoghurt: breakfast | young: kid |
youngster: child son daughter | youth: kid childhood | zodiac: leo virgo
"""
