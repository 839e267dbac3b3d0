"""Which further turns of phrase and pairs of words mean one thing? Spellings, kinship, offices, everyday doings."""

from __future__ import annotations

# British and American spellings of one word, the first being the one they are read as.
SPELLINGS = """
defence defense | licence license | offence offense | colour color | coloured colored | favourite favorite | flavour
flavor | neighbour neighbor | neighbours neighbors | honour honor | humour humor | harbour harbor | behaviour behavior
| labour labor | rumour rumor | tumour tumor | odour odor | parlour parlor | centre center | metre meter | litre liter
| theatre theater | fibre fiber | sombre somber | calibre caliber | tyre tire | grey gray | programme program |
catalogue catalog | dialogue dialog | analogue analog | plough plow | mould mold | moustache mustache | pyjamas pajamas
| aluminium aluminum | jewellery jewelry | aeroplane airplane | kerb curb | sceptic skeptic | practise practice | enrol
enroll | fulfil fulfill | skilful skillful | traveller traveler | travelling traveling | cancelled canceled | labelled
labeled | modelling modeling | counsellor counselor | jeweller jeweler | marvellous marvelous | woollen woolen |
paediatrician pediatrician | anaesthetic anesthetic | anaemia anemia | haemoglobin hemoglobin | oesophagus esophagus |
orthopaedic orthopedic | gynaecologist gynecologist | diarrhoea diarrhea | foetus fetus | leukaemia leukemia |
archaeology archeology | manoeuvre maneuver | cosy cozy | whisky whiskey | yoghurt yogurt | doughnut donut | omelette
omelet | chilli chili | artefact artifact | organise organize | organisation organization | realise realize | recognise
recognize | specialise specialize | apologise apologize | memorise memorize | analyse analyze | minimise minimize |
maximise maximize | optimise optimize | customise customize | sterilise sterilize | immunise immunize | immunisation
immunization | colonise colonize | finalise finalize | summarise summarize | prioritise prioritize | digitise digitize
| fertiliser fertilizer | appetiser appetizer | organiser organizer | tranquilliser tranquilizer
"""
# Fixed phrases and the word they are read as.
PHRASES = """
sister husband=brotherinlaw | wife brother=brotherinlaw | husband brother=brotherinlaw | brother wife=sisterinlaw |
wife sister=sisterinlaw | husband sister=sisterinlaw | wife mother=motherinlaw | husband mother=motherinlaw | wife
mum=motherinlaw | husband mum=motherinlaw | wife father=fatherinlaw | husband father=fatherinlaw | wife dad=fatherinlaw
| husband dad=fatherinlaw | wife parents=inlaws | husband parents=inlaws | partner parents=inlaws | parents in
law=inlaws | wife family=inlaws | husband family=inlaws | sister son=nephew | brother son=nephew | sister boy=nephew |
brother boy=nephew | sister daughter=niece | brother daughter=niece | sister girl=niece | brother girl=niece | mother
mother=grandmother | mother father=grandfather | father mother=grandmother | father father=grandfather | mum
mum=grandmother | mum dad=grandfather | dad mum=grandmother | dad dad=grandfather | mother sister=aunt | father
sister=aunt | mum sister=aunt | dad sister=aunt | mother brother=uncle | father brother=uncle | mum brother=uncle | dad
brother=uncle | aunt son=cousin | aunt daughter=cousin | uncle son=cousin | uncle daughter=cousin | daughter
husband=soninlaw | son wife=daughterinlaw | daughter son=grandson | son son=grandson | daughter daughter=granddaughter
| son daughter=granddaughter | husband or wife=spouse | wedding anniversary=anniversary | married couple=couple | tie
the knot=wedding | give away=donate | new man=boyfriend | new woman=girlfriend | going out with=dating | is
seeing=dating | been seeing=dating | stepped out with=dating | little boy=son | little girl=daughter | eldest
child=eldest | only child=onlychild | pet name=nickname | real name=name | second name=middlename | surname at
birth=maidenname | birth name=maidenname | name at birth=maidenname | children doctor=paediatrician | childrens
doctor=paediatrician | kids doctor=paediatrician | kid doctor=paediatrician | eye doctor=optician | eye
specialist=optician | eyes tested=eyetest | eyes checked=eyetest | heart doctor=cardiologist | heart
specialist=cardiologist | skin doctor=dermatologist | skin specialist=dermatologist | foot doctor=podiatrist | back
doctor=chiropractor | women doctor=gynaecologist | bone doctor=orthopaedist | animal doctor=vet | ear nose and
throat=ent | head doctor=psychiatrist | teeth check=dentist | tooth check=dentist | dental check=dentist | dental
appointment=dentist | dentist appointment=dentist | medical check=checkup | health check=checkup | physical
exam=checkup | blood sugar=diabetes | high cholesterol=cholesterol | skin rash=rash | panic attack=panic | panics
at=afraid | gives the creeps=afraid | the creeps=afraid | scared stiff=afraid | can not face=afraid | cannot
face=afraid | freaks out=afraid | freak out=afraid | runs away from=afraid | not go near=afraid | react badly
to=allergic | reacts badly to=allergic | reaction to=allergic | brings me out in=allergic | bring me out in=allergic |
does not agree with=allergic | mustn eat=allergic | must not eat=allergic | not allowed to eat=allergic | does not
eat=avoid | do not eat=avoid | will not eat=avoid | does not touch=avoid | leave out of=avoid | lay off=avoid | eat
out=restaurant | eats out=restaurant | eating out=restaurant | go out for dinner=restaurant | place to eat=restaurant |
table booked=reservation | booked a table=reservation | reserved a table=reservation | booked in=appointment | booked
in with=appointment | fits me in=appointment | can see me=appointment | slot with=appointment | hair cut=haircut | hair
done=haircut | hair dresser=hairdresser | do the cooking=cook | makes the dinner=cook | guest bedroom=guestroom | spare
bedroom=guestroom | box room=guestroom | baby room=nursery | baby bedroom=nursery | children room=nursery | kids
room=nursery | master bedroom=bedroom | home office=study | utility room=laundryroom | laundry room=laundryroom |
storage room=storeroom | storage unit=lockup | lock up=lockup | self storage=lockup | lock up garage=lockup | storage
space=lockup | internet box=router | wifi box=router | wireless router=router | home network=network | home
loan=mortgage | house loan=mortgage | bank loan=loan | interest rate=interest | house insurance=homeinsurance | home
insurance=homeinsurance | contents insurance=homeinsurance | household insurance=homeinsurance | buildings
insurance=homeinsurance | car insurance=carinsurance | motor insurance=carinsurance | insures the car=carinsurance |
insure the car=carinsurance | pet insurance=petinsurance | vet bills=petinsurance | travel insurance=travelinsurance |
health insurance=healthinsurance | medical insurance=healthinsurance | life insurance=lifeinsurance | waste paper=paper
| garden waste=gardenwaste | garden cuttings=gardenwaste | green waste=gardenwaste | organic waste=compost | household
waste=rubbish | household rubbish=rubbish | general rubbish=rubbish | general waste=rubbish | glass bottles=glass |
bottle bank=glass | power cut=outage | power outage=outage | power failure=outage | electric bill=electricity | fibre
line=broadband | fibre optic=broadband | fiber line=broadband | internet line=broadband | internet contract=broadband |
internet speed=broadband | our internet=broadband | phone line=landline | land line=landline | shut off the
water=stopcock | turn off the water=stopcock | switch off the water=stopcock | water off=stopcock | water shut
off=stopcock | burst pipe=leak | pipe bursts=leak | burglar system=alarm | lock ourselves out=sparekey | locked
ourselves out=sparekey | lock myself out=sparekey | spare key=sparekey | spare keys=sparekey | extra key=sparekey |
house key=sparekey | duplicate key=sparekey | feed the cat=feed | looks after the plants=watering | look after the
plants=watering | water the plants=watering | waters our plants=watering | waters the plants=watering | water our
plants=watering | mow the lawn=mow | mows the lawn=mow | cut the grass=mow | cuts the grass=mow | meet the
teachers=parentsevening | teachers meeting=parentsevening | stand up=standup | daily meeting=standup | daily
standup=standup | daily team meeting=standup | team meeting=teammeeting | team get together=teammeeting | team gets
together=teammeeting | takes over=responsible | take over=responsible | took over=responsible | looks after=care |
deals with=responsible | deal with=responsible | in charge=responsible | takes care of=care | turn to about=responsible
| go to person=responsible | contact person=contact | hr department=hr | human resources=hr | personnel department=hr |
payroll department=payroll | out of office=away | on leave=away | head office=headquarters | work place=workplace |
place of work=workplace | coworking space=coworking | shared office=coworking | co working=coworking | standing
desk=standingdesk | business trip=businesstrip | work trip=businesstrip | expense report=expenses | travel
costs=expenses | travel expenses=expenses | travel claim=expenses | before tax=gross | after tax=net | take home=net |
per year=yearly | a year=yearly | per month=monthly | a month=monthly | each month=monthly | every month=monthly | per
week=weekly | a week=weekly | each week=weekly | every week=weekly | every other week=fortnightly | every two
weeks=fortnightly | every fortnight=fortnightly | once a fortnight=fortnightly | per hour=hourly | an hour=hourly |
each year=yearly | every year=yearly | twice a year=biannual | every evening=nightly | end of the week=weekend | start
of the week=monday | middle of the week=midweek | mid week=midweek | job title=jobtitle | code name=codename | code
named=codename | first job=firstjob | new year resolution=resolution | bucket list=bucketlist | want most=bucketlist |
life long dream=dream | top of my list=bucketlist | wish list=bucketlist | dream of=dream | dream job=dream | when i
grow up=ambition | when she grows up=ambition | when he grows up=ambition | when they grow up=ambition | wants to
be=ambition | want to be=ambition | wants to become=ambition | want to become=ambition | like to become=ambition | come
to an end=end | came to nothing=failed | come to nothing=failed | fell through=failed | fall through=failed | fell
apart=failed | does not work=broken | stopped working=broken | out of order=broken | acts up=broken | acting up=broken
| gave up the ghost=broken | packed up=broken | packed in=broken | conked out=broken | wear out=worn | wearing out=worn
| worn out=worn | on its last legs=worn | needs replacing=worn | need replacing=worn | needs changing=worn | needs to
be changed=worn | switch over=switch | switched over=switch | moved over=switch | swapped for=switch | got rid
of=remove | threw out=discard | thrown out=discard | throw away=discard | threw away=discard | run on=runs | running
on=runs | type in=type | typed in=type | key in=type | log on=login | logged in=login | signed in=login | sign on=login
| back up=backup | backed up=backup | backs up=backup | safety copy=backup | safety copies=backup | copy of=copy | off
site=offsite | off premises=offsite | hard disks=disk | hard drives=disk | operating systems=os | programming
languages=language | to do list=todolist | to do app=todolist | task list=todolist | issue tracker=tracker | ticket
system=tracker | bug tracker=tracker | ticketing system=tracker | e reader=ereader | ebook reader=ereader | smart
home=homeautomation | home automation=homeautomation | home assistant=homeautomation | smart watch=smartwatch | print
server=printserver | error message=error | error code=error | dead time=deadtime | data centre=datacentre | data
center=datacentre | video editing=videoediting | photo album=photos | family pictures=familyphotos | family
photos=familyphotos | photos of the family=familyphotos | pictures of the family=familyphotos | photo
collection=familyphotos | passwords in=passwordmanager | my passwords=passwordmanager | store my
passwords=passwordmanager | password vault=passwordmanager | password safe=passwordmanager | wife or husband=spouse |
get my hair cut=barber
"""
# Groups of words that stand for one another in one sense, separated by bars.
SYNONYMS = """
care look mind watch | care feed feeds water | care serviced maintain maintenance | care treat nurse | care clean tidy
| expire runs empty | 10k kilometres kilometre ten | 5k kilometres kilometre five | guests visitors people invited |
picture movie | sparekey key spare | watering water waters | mow mows grass lawn | lockup storage garage | nursery
babyroom | study office | parentsevening teachers school | standup meeting daily | teammeeting meeting standup |
responsible handles charge deals manages | payroll salaries | standingdesk desk standing furniture | businesstrip trip
travel work | expenses travel costs | coworking office shared | jobtitle title position promoted role | codename
codenamed name called | firstjob job first | bucketlist dream want see wish | ambition dream become want | worn
replacing | switch moved changed | ereader kobo kindle tolino | tracker jira linear issues tickets | todolist tasks
todoist | homeautomation homeassistant smart automation assistant | smartwatch watch | offsite copy backup away |
familyphotos photos pictures album | passwordmanager passwords vault logins keepass bitwarden | command run type words
shell | error shows code | documentation docs manual wiki | docs documentation manual | publish deploy ship release |
launch start run open | rotate renew change replace | renew rotate extend | irrigation watering sprinkler garden |
watering irrigation water | controller chip board | figure diagram plot chart illustration | plot chart figure graph |
draw drew made sketch | statistics statistical analysis model | analysis statistics evaluate | source origin came cause
| origin source came from | contamination contaminated | space quota storage room capacity | quota limit space |
threshold limit above below | limit cap threshold quota | resolution angstrom pixels sharp | reviewer referee | peak
maximum top | photovoltaic solar panels roof | output power produce yield kilowatts | watts power electricity draw
consume | consume draw pull use | pull draw consume | chime doorbell bell | silent quiet stopped mute | fresh new
swapped replaced | gadget device iot appliance | gadgets devices iot appliances | smart iot connected | seedling plant
young sprout | platform sharepoint system | retrospective retro | retro retrospective | defence defend thesis |
coordinator stick dongle | reliable trust works dependable | trust reliable | longstanding old longtime existing |
account customer | unfinished draft incomplete | draft unfinished writing | acidity ph acid | ph acidity | calculation
compute simulate simulated | simulate simulation calculate | gateway router | primer oligo | midweek wednesday |
musical music | catering food caterer | provide supply deliver do | supply deliver provide | supplies deliver provides
does | belongings things stuff gear possessions | gear equipment kit stuff tent | stuff things belongings decorations |
decoration decorations ornaments | request ask asked | charity volunteer volunteered donate | volunteer charity help |
topic about subject theme | subject topic field about | merit award certificate | award prize certificate merit medal |
certificate award diploma | supporter fan | supports fan follow | delivered takeaway delivery | kitchen cook | worktops
counters | quartz stone granite material | neighbours neighbour next door | splitting divorce divorced separated |
emigrate moved living abroad | overseas abroad emigrated foreign | abroad overseas foreign | business shop company firm
| settled live living moved home | birthday born age older turning | age older birthday turning | congratulate birthday
| gifted gave given present | gift gave given present | gave gift gifted | borrowed lent handed loan | handed gave lent
passed | attend go goes going school pupil | pupil school goes attends class | slept stayed room hotel | accommodation
hotel room slept stayed place | spouse married husband wife | lactose | growing planted planting put sow | put planted
| manufacturer brand maker make company | bicycle bike road racing | regular usual monthly | charge fee pay month cost
| covered guarantee warranty insurance | guarantee covered warranty | agreement contract deal | agreements contracts
deals | contracts agreements | taste flavour | ingredient trick secret | secret trick | orchestra group music concert
ensemble | practise plays play lessons | tuner tuning piano | tune tuner tuning | wiring electrician rewired electric |
rewired wiring electrician | favourite choose pick over best | bookings booking reservations | records data | data
records information | store keeps stored keep
"""
