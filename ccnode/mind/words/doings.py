"""Which everyday verbs, adjectives and turns of phrase say the same?"""

from __future__ import annotations

# Groups of words that stand for one another in one sense, separated by bars.
SYNONYMS = """
refuse decline reject | decline refuse reject | accept agree take | choose pick select opt settle decide | pick choose
select | decide settle choose resolve | settle settled decide choose | select choose pick | obtain get receive acquire
| receive get given got sent | acquire buy purchase get | purchase buy bought | buy purchase get bought | sell sold
flog | spend spent pay blow | cost price charge pay | charge cost fee bill | owe debt borrowed | borrow lend lent loan
| lend borrow lent loan | return bring back give | give gave hand donate | donate give gave | award awarded given grant
won | grant awarded funding | offer offered proposal | send sent post mail | deliver delivered delivery arrive come
bring | arrive come land get reach | come arrive get | leave depart go | depart leave set go | begin start kick open |
start begin commence kick | commence begin start | finish end complete stop | end finish stop over | stop quit cease
end | quit stop give | continue carry keep | repeat again | last take run | take last need | happen occur take | occur
happen | locate find situated | situated located stands lies | keep store put stash live sit | store keep put stash |
stash hide keep store put | hide stash conceal put tuck | put place stow keep | lie lies sit stand | hang hung hanging
| stick stuck taped glued | tape taped stuck | find discover spot locate | discover find found spot | spot see notice |
search look seek | lose lost misplace mislay | lost missing misplaced | forget forgot left leave | left forgot
forgotten | miss missing lost | remember recall memorise | memorise remember | break broken broke smash snap | broke
broken snapped smashed cracked | ruin ruined spoil burnt wreck destroy | damage damaged broke dent knock | repair fix
mend fixed | fix repair mend | maintain service serviced look | service serviced maintenance | replace replaced swap
changed new | change replace switch swap | switch change move swap | convert change turn | reset wipe wiped restore |
wipe reset erase clear | delete erase remove wipe | remove take delete | add put include | install set put fit | fit
install suit | build make construct built | make build create produce made | create make | design designed drew | draw
sketch drew | paint painted decorate | decorate paint | renovate redone refurbish redecorate | redo redone renovate |
clean wash scrub wipe | wash clean rinse | tidy clean clear | mow cut | water watering drink | plant sow put ground |
grow plant cultivate raise | cultivate grow plant | harvest pick | feed food eat | cook make prepare | eat have consume
food | drink have sip | taste flavour | smell scent stink | wear have dress put | dress wear | sleep bed kip | wake up
rise | rest relax | run jog race | walk stroll hike wander | hike trek walk | climb ascend scale | ride drive cycle |
cycle bike ride pedal | drive drove car | fly flight flew plane | travel go trip journey | visit see go stay | stay
spend sleep booked | book reserve booked | reserve book | rent hire rented | hire rent employ | move relocate go | live
reside stay home | reside live dwell | meet met get gather | gather meet collect come | assemble gather meet | join
joined member sign | sign join enrol | enrol sign join register | register sign enrol | attend go visit | participate
take compete join | compete race enter | enter type key put input | win won beat | beat win defeat won | lose lost
beaten | score scored goal | play plays game | perform play gig show | gig perform concert play show | rehearse
practise practice | practise rehearse train practice | train practise exercise | sing song vocals | dance dancing |
learn study taught teach | study learn read | teach taught instruct show | taught learn teach | instruct teach | train
teach coach | coach train | mentor guide coach | read reading | write wrote author | publish published print | speak
talk language | talk speak chat lecture | discuss talk | lecture talk speak | say tell speak | tell say | explain tell
| ask request | request ask | answer reply | reply answer | call ring phone dial | ring call phone | phone call ring |
dial call ring | contact call reach ring email | reach contact call get | inform tell notify | notify tell alert warn
message | warn warned message alert | alert warn notify message | remind tell | promise promised swear | agree agreed
deal | argue row quarrel fight | quarrel row argue fall | complain moan grumble | recommend recommended suggest |
suggest recommend advise propose | advise suggest recommend told | advice suggest recommend tip | tip suggest trick |
help assist | support follow fan back | follow support track | guide lead | lead run head | run manage lead | manage
run lead | organise arrange run plan | arrange organise book plan | plan intend going want | intend plan want going |
want wish like hope | wish want hope | hope want wish | dream want hope | aim goal target want | goal aim target |
expect due awaiting coming | await expect waiting | wait queue | hurry rush | try attempt | attempt try go | succeed
manage pass | pass passed | fail failed flunk | use using run | run use operate | operate run use | drive power run |
work job function | function work | employ work hire | earn make paid salary | save put saving | invest put shares
stocks | pay paid cost spend | reimburse pay back | approve sign approves ok | approve sign | permit allow let | allow
let permit | forbid ban not | ban forbidden | avoid skip not stay | prevent stop | protect guard | guard protect watch
| watch look see mind | look watch see | see watch | listen hear | hear listen | feel felt | touch eat | carry bring
take | bring carry take | fetch collect pick get | collect pick fetch get | drop leave deliver | throw chuck | catch
get take | take catch get | miss late | wait hold | open unlock opens | unlock open | close shut | shut close lock off
| lock shut key | disarm off switch deactivate | deactivate off switch disarm | activate on switch | turn switch |
press push hit | push press | pull tug | lift raise | raise increase rise | increase raise rise up | decrease cut
reduce drop | reduce cut less lower | rise up increase | fall drop | drop fall | slip fall trip | crash bump hit
accident | hit crash bump knock | bump dent scratch | steal stole stolen nick | stolen theft stole nicked | theft
stolen steal robbed | rob robbed burgled | cheat cheated | arrest arrested | fine fined penalty ticket | punish fine |
sue court | vote voted election polling | elect vote | protest march demo | celebrate party | invite ask | host hosts |
greet hello | thank thanks | congratulate birthday congratulations | apologise sorry | forgive pardon | hug embrace |
kiss kissed | date dating seeing going | seeing dating girlfriend boyfriend | propose ask marry | marry married wed |
divorce split | die died dead | kill killed | survive lived | bury buried | inherit left | own have belong | belong
owns own | possess own have | owner owns belongs | handle deal does manage | deal handle | responsible charge handles
runs | charge responsible | insure insured insurance cover | cover insured insurance | guarantee warranty | renew
renewal extend | expire runs ends valid expiry | valid expires until runs | extend longer | cancel cancelled off |
postpone moved pushed delay | delay late postponed | reschedule moved shifted | shift move | deadline due by until |
due deadline by | submit hand in send due | file submit in tax | print printed printer | scan scanned | copy duplicate
backup | backup copy save | download install | upload put | log sign | connect link join | link connect | communicate
talk speak | translate translation | interpret translate | calculate compute work | measure measured size | weigh
weight | count number | estimate guess quote | quote estimate price | adore love like | love adore like favourite |
like love enjoy fond | enjoy like love | prefer favourite rather like | favourite prefer best love | hate loathe stand
bear | dislike hate stand | bear stand hate | mind bother | bother annoy irritate | annoy bother irritate drives |
irritate annoy | fear afraid scared | frighten scare scared fear terrified | terrify terrified scared afraid fear |
terrified afraid scared frightened petrified | petrified terrified afraid scared | scared afraid frightened terrified |
dread fear afraid scared nervous | worry worried anxious | cry wept tears | weep cry | laugh laughed | smile grin |
shout yell | surprise surprised | embarrass embarrassed ashamed | ashamed embarrassed | proud pride | jealous envious |
lonely alone | bored boring | excited looking | tempted want | guilty guilt | forced made | damage harm | big large
huge size | large big size | small little tiny | tall height high | high tall height | wide across width | width wide
across | long length | deep depth | heavy weight | thick thickness | fast quick speed | quick fast | slow sluggish |
early soon | late overdue | earliest first | latest last newest recent | recent last latest new | recently last latest
| previous former old last before | former ex previous old | original first | first earliest debut initial | last final
latest | final last | next coming following | annual yearly | yearly annual year | monthly month | weekly week | daily
day every | nightly night | hourly hour | per a each | every each | twice two | once one | half fifty | double twice
two | quarter fifteen | dozen twelve | couple two | several few | total overall sum | maximum max limit | minimum min
least | limit max maximum cap | average mean | free gratis available | busy tied | available free | cheap inexpensive |
expensive pricey dear | rich wealthy | poor broke | new brand | old ancient age | young little small | childhood small
| spare extra second | extra spare | main primary | private own personal | secret hidden | public open | safe secure |
dangerous risky | hard difficult tough | easy simple | hot warm heat | warm hot heat | cold chilly freezing | wet damp
rain | dry arid | clean tidy | dirty mucky | loud noisy | quiet silent | good great | best favourite top | bad awful
poor | poor bad weak | worst awful | strict stern | fair just | nice lovely | ugly hideous | beautiful gorgeous lovely
| strange weird odd | funny hilarious | boring dull | interesting fascinating | famous known best | popular loved | fat
chubby | thin slim skinny | strong sturdy | weak feeble | healthy fit | alive living | real genuine | fake false | true
right | wrong fault problem | right correct | broken dead | empty finished nearly | full packed | open ajar | reason
because cause why | cause reason because root | result outcome score | outcome result | purpose for | problem trouble
issue fault | trouble problem issue | trick knack special | method way how | rule law | habit always every | tradition
always every | record best personal | record fastest | pb record best | speed fast | fastest best record | aboard board
on | nickname call called | moniker nickname | rename renamed called | christen christened called named | title called
| symbol sign | motto saying | colour shade painted | shade colour | hue colour shade | tint colour
"""
KINDS = """
transport travel ride: car bus train tram bike bicycle taxi ferry plane lift scooter | amount: percent half third
quarter dozen | frequency interval: daily weekly monthly yearly fortnightly hourly nightly | direction side: left right
north south east west | reaction: hives rash swelling sneezing | feeling emotion: anger joy fear guilt shame pride |
hand handed: left right lefthanded righthanded leftie | side: left right front back
"""
HINTS = """
refuse: no thanks turn turned never pass | decline: no thanks turn turned | reject: no thanks turn turned | accept: yes
said signed | cost: euros pounds dollars paid spend would | spend: went gone going money bought | earn: gross net raise
month year | salary: gross net raise month year paid | win: first prize place beat medal won | lose: beaten |
birthplace: born | born: birthday turns | nationality: spanish german french polish | famous: best everybody |
profession: works | special: trick secret | find: stuck behind under inside drawer | keep: behind under inside drawer
box live lives hangs | store: hanging hangs behind under garage loft live lives drawer box | hide: behind under inside
taped tin | where: sits | reach: at number extension ring | call: bleep extension ring number | return: back due until
away home | get: coming | arrive: coming due lands in at | ready: fixed done by | finish: ends over done | start:
begins opens at from | open: from until closed | close: until shut | expire: out until runs expires | valid: until
expires | last: minutes hours until | often: every once twice | frequency: every once twice | interval: every | deputy:
covers stands | substitute: covers stands instead | replace: new swapped | damage: knocked broke dented | ruin: burnt
burned spilt dropped | repair: fixed new part clutch garage | stolen: nicked gone took | theft: stolen nicked police |
reason: because so since | cause: because due from | support: fan scarf season | follow: fan supports | owe: borrowed
back lent | lend: lent borrowed back | borrow: lent lend back | teach: taught learned lessons | learn: taught lessons
app started course | practise: lessons rehearse | perform: play stage gig sing | join: member signed joined | member:
joined club | meet: at in monday tuesday wednesday thursday friday saturday sunday | attend: going tickets | invite:
coming | celebrate: party | plan: going want booked | dream: someday one day want hope before | ambition: before turn
someday | prefer: rather best | hate: stand soap awful never | dislike: stand soap awful never | love: mad crazy fan
favourite | stop: since off given longer gave quit | give: gave | leave: left quit | quit: left gave given | travel:
flying going trip flight train | visit: went going trip | stay: booked hotel nights yurt cabin hostel | drive: car own
| commute: train bus cycle bike catch | catch: train bus | board: gate | weigh: kilos kg stone grams | measure: cm
across wide | big: metres square inches cm | large: metres square inches cm month | tall: cm metre | speed: mbit km |
charge: hour euros pounds lesson | price: euros pounds quote for | age: turns turned turning born | old: turns turned
turning born since
"""
# Fixed phrases and the word they are read as.
PHRASES = """
turn down=refuse | turned down=refuse | turning down=refuse | thanks but no=refuse | said no to=refuse | say no
to=refuse | put off=postpone | pushed back=postpone | call off=cancel | called off=cancel | give back=return | bring
back=return | go back=return | come back=return | comes back=return | coming back=return | get back=return | gets
back=return | got back=return | be back=return | hand over=give | break down=breakdown | breaks down=breakdown | broke
down=breakdown | broken down=breakdown | throw up=vomit | threw up=vomit | throwing up=vomit | pass out=faint | passed
out=faint | look up to=admire | grow out of=outgrow | run into=meet | ran into=meet | bump into=meet | bumped into=meet
| get together=meet | gets together=meet | getting together=meet | meet up=meet | meets up=meet | come round=visit |
came round=visit | drop by=visit | drop in=visit | pop in=visit | turn up=arrive | turned up=arrive | show up=arrive |
check in=checkin | check out=checkout | hang up=hang | switch off=disarm | switched off=disarm | turn off=disarm |
turned off=disarm | shut off=disarm | shut up=disarm | switch on=activate | turn on=activate | set up=install | sets
up=install | plug in=connect | top up=refill | fill up=refill | use up=empty | used up=empty | ran out of=empty | out
of stock=unavailable | find out=discover | found out=discover | work for=employer | works for=employer | worked
for=employer | working for=employer | report to=boss | reports to=boss | line manager=boss | team lead=boss | team
leader=boss | head of department=boss | work under=boss | stand in for=substitute | stands in for=substitute | fill in
for=substitute | fills in for=substitute | cover for=substitute | covers for=substitute | take over from=successor |
took over from=successor | step down=resign | stepped down=resign | hand in notice=resign | handed in my notice=resign
| left my job=resign | let go=fired | made up=invent | sort out=fix | hold the line=wait | pay for=pay | chip
in=contribute | chipping in=contribute | put down=deposit | down payment=deposit | put aside=save | set aside=save |
put away=store | pay rise=raise | pay raise=raise | salary increase=raise | pay packet=salary | take home pay=salary |
monthly pay=salary | net pay=salary | cash machine=atm | cash point=atm | savings account=savings | current
account=bankaccount | checking account=bankaccount | account number=iban | insurance policy=insurance | travel
cover=insurance | no claims=insurance | tax return=taxes | tax adviser=accountant | tax advisor=accountant | tax
office=taxes | hm revenue=taxes | mobile contract=phonecontract | phone contract=phonecontract | phone
plan=phonecontract | mobile plan=phonecontract | annual leave=holiday | paid leave=holiday | days of leave=holiday |
holiday allowance=holiday | sick leave=sickleave | off sick=sickleave | signed off=sickleave | maternity
leave=maternity | parental leave=maternity | paternity leave=maternity | performance review=appraisal | annual
review=appraisal | appraisal meeting=appraisal | staff review=appraisal | car pool=carpool | car share=carpool | share
a lift=carpool | share a ride=carpool | shares a lift=carpool | give me a lift=carpool | gives me a lift=carpool | lift
to work=carpool | ride to work=carpool | lift share=carpool | big day=wedding | get hitched=wedding | got
hitched=wedding | wedding day=wedding | stag do=stagdo | stag night=stagdo | bachelor party=stagdo | hen do=hendo | hen
night=hendo | hen party=hendo | bachelorette party=hendo | leaving do=farewell | leaving party=farewell | farewell
party=farewell | going away party=farewell | other half=spouse | better half=spouse | old man=father | old
folks=parents | baby brother=brother | kid brother=brother | kid sister=sister | baby sister=sister | little
sister=sister | little brother=brother | big sister=sister | big brother=brother | older sister=sister | older
brother=brother | younger sister=sister | younger brother=brother | mum and dad=parents | mom and dad=parents | mother
and father=parents | my folks=parents | grand parents=grandparents | great grandmother=greatgrandmother | great
grandfather=greatgrandfather | pen pal=penfriend | pen friend=penfriend | old flame=ex | passed down=inherit | handed
down=inherit | left to me=inherit | went to me=inherit | in the will=inherit | family heirloom=heirloom | middle of
nowhere=remote | next door=neighbour | over the road=neighbour | across the road=neighbour | across the
street=neighbour | down the road=nearby | ground floor=groundfloor | first floor=firstfloor | top floor=topfloor |
estate agency=estateagent | real estate agent=estateagent | council tax=counciltax | water heater=boiler | central
heating=heating | heat pump=heatpump | solar panel=solar | solar panels=solar | fuse box=fusebox | circuit
breaker=fusebox | electrical panel=fusebox | consumer unit=fusebox | smoke detector=smokealarm | smoke alarm=smokealarm
| fire alarm=smokealarm | burglar alarm=alarm | alarm system=alarm | burglar system=alarm | house siren=alarm |
security system=alarm | stop cock=stopcock | main valve=stopcock | water mains=stopcock | water main=stopcock | chest
of drawers=dresser | bed linen=bedding | washing up=dishes | do the dishes=dishes | washing powder=detergent | dish
cloth=dishcloth | bin day=bins | bin men=bins | garbage day=bins | trash day=bins | rubbish collection=bins | refuse
collection=bins | waste collection=bins | garbage collection=bins | put out=putout | garden shed=shed | garden hut=shed
| tool shed=shed | flower bed=flowerbed | lawn mower=mower | veg box=vegbox | vegetable box=vegbox | slow
cooker=slowcooker | air fryer=airfryer | food processor=mixer | coffee machine=coffeemaker | coffee maker=coffeemaker |
espresso machine=coffeemaker | fish and chips=fishandchips | packed lunch=lunch | lunch box=lunch | main
dish=maincourse | side dish=side | comfort food=dish | go to dish=speciality | fall back on=speciality | signature
dish=speciality | party piece=speciality | sweet tooth=sweets | cut down on=reduce | cut back on=reduce | cuts down
on=reduce | eat less=reduce | eats less=reduce | off sugar=sugarfree | given up=quit | gave up=quit | kick the
habit=quit | on the wagon=sober | blood test=bloodtest | blood donation=blooddonation | donate blood=blooddonation |
donating blood=blooddonation | give blood=blooddonation | giving blood=blooddonation | gave blood=blooddonation | x
ray=xray | in labour=birth | gave birth=birth | give birth=birth | give birth to=birth | had her baby=birth | had the
baby=birth | having twins=pregnant | with child=pregnant | baby is due=pregnant | under the knife=surgery | had
surgery=surgery | eye test=eyetest | sight test=eyetest | contact lenses=lenses | reading glasses=glasses | hearing
aid=hearingaid | colour blind=colourblind | color blind=colourblind | short sighted=shortsighted | near
sighted=shortsighted | long sighted=longsighted | stage fright=stagefright | travel sickness=carsick | motion
sickness=carsick | sea sickness=seasick | sore throat=throat | stomach ache=stomachache | tummy ache=stomachache |
runny nose=cold | family doctor=gp | general practitioner=gp | house doctor=gp | health centre=gp | accident and
emergency=emergency | emergency room=emergency | dental hygienist=hygienist | teeth cleaned=hygienist | tooth
cleaning=hygienist | teeth cleaning=hygienist | clean my teeth=hygienist | root canal=rootcanal | mouth
guard=mouthguard | night guard=mouthguard | wisdom tooth=wisdomtooth | wisdom teeth=wisdomtooth | flu jab=vaccination |
flu shot=vaccination | booster shot=vaccination | personal best=record | best time=record | fastest time=record | best
score=record | half marathon=halfmarathon | go to the gym=gym | gym membership=gym | leisure centre=gym | fitness
studio=gym | fitness centre=gym | swimming baths=pool | swimming pool=pool | five a side=football | soccer
team=football | football club=footballclub | football team=footballclub | five a-side=football | reading group=bookclub
| book group=bookclub | reading circle=bookclub | book circle=bookclub | game night=gamesnight | games night=gamesnight
| game evening=gamesnight | play board games=gamesnight | board games=boardgame | pub quiz=quiz | quiz night=quiz |
role playing=roleplaying | dungeons and dragons=roleplaying | model railway=modelrailway | model train=modelrailway |
jigsaw puzzle=jigsaw | cross stitch=embroidery | life drawing=drawing | water colour=watercolour | oil
painting=painting | record player=turntable | lp collection=vinyl | song writer=songwriter | voice part=voicepart |
leading role=role | main part=role | tv show=series | tv series=series | television series=series | tv programme=series
| box set=series | motion picture=film | feature film=film | science fiction=scifi | crime novel=crime | detective
story=crime | driving test=drivingtest | driving lesson=drivinglesson | driving lessons=drivinglesson | annual test=mot
| car inspection=mot | roadworthiness test=mot | vehicle inspection=mot | due for inspection=mot | winter
tyres=wintertyres | snow tyres=wintertyres | winter tires=wintertyres | snow tires=wintertyres | roof box=roofbox |
roof rack=roofbox | glove box=glovebox | glove compartment=glovebox | car park=parking | parking lot=parking | parking
space=parking | parking spot=parking | parking place=parking | parking garage=parking | multi storey=parking | petrol
station=petrolstation | gas station=petrolstation | filling station=petrolstation | electric car=ev | charging
station=charger | charging point=charger | camper van=campervan | mobile home=campervan | motor home=campervan | motor
bike=motorbike | motor cycle=motorbike | electric bike=ebike | push bike=bike | bus pass=travelcard | rail
pass=railcard | rail card=railcard | season ticket=travelcard | travel card=travelcard | train pass=railcard | boarding
pass=boardingpass | hand luggage=handluggage | carry on=handluggage | cabin bag=handluggage | window seat=windowseat |
aisle seat=aisleseat | youth hostel=hostel | bed and breakfast=guesthouse | holiday home=cottage | holiday
cottage=cottage | holiday flat=cottage | holiday house=cottage | summer house=cottage | city break=trip | road
trip=trip | school trip=schooltrip | school outing=schooltrip | class trip=schooltrip | class outing=schooltrip | field
trip=schooltrip | day trip=outing | works outing=outing | sleeping car=sleeper | night train=sleeper | host
family=exchange | year abroad=exchange | exchange year=exchange | exchange student=exchange | gap year=gapyear | bank
holiday=bankholiday | long weekend=bankholiday | public holiday=bankholiday | boxing day=boxingday | day after
christmas=boxingday | new years eve=hogmanay | new year eve=hogmanay | bonfire night=bonfire | half term=halfterm |
school holidays=schoolholidays | summer holidays=schoolholidays | finish school=graduate | left school=graduate | leave
school=graduate | final exam=finals | final exams=finals | a levels=alevels | drop out=dropout | dropped out=dropout |
class teacher=classteacher | form teacher=classteacher | form tutor=classteacher | homeroom teacher=classteacher | head
teacher=headteacher | head master=headteacher | head mistress=headteacher | school principal=headteacher | parent
teacher=parentsevening | parents' evening=parentsevening | thesis advisor=supervisor | thesis supervisor=supervisor |
thesis adviser=supervisor | phd advisor=supervisor | doctoral advisor=supervisor | doctoral supervisor=supervisor |
defend my thesis=defence | defend my dissertation=defence | thesis defence=defence | thesis defense=defence | phd
defence=defence | phd defense=defence | viva voce=defence | student loan=studentloan | polling station=pollingstation |
voting station=pollingstation | place to vote=pollingstation | phone provider=carrier | mobile provider=carrier |
mobile network=carrier | phone network=carrier | mobile carrier=carrier | phone company=carrier | sim card=sim |
internet provider=isp | broadband provider=isp | internet company=isp | power company=energysupplier | electricity
supplier=energysupplier | energy supplier=energysupplier | electricity provider=energysupplier | energy
provider=energysupplier | power supplier=energysupplier | electricity company=energysupplier | gas
supplier=energysupplier | network storage=nas | storage box=nas | file server=nas | media server=mediaserver | home
server=homeserver | home lab=homelab | raspberry pi=raspberry | operating system=os | storage engine=database | data
base=database | web server=webserver | reverse proxy=reverseproxy | code editor=editor | text editor=editor | command
line=shell | source control=git | version control=git | pull request=pullrequest | merge request=pullrequest | code
review=pullrequest | unit test=test | unit tests=test | machine learning=ml | graphics card=gpu | video card=gpu | main
memory=ram | working memory=ram | hard disk=disk | hard drive=disk | solid state=ssd | mass spec=massspectrometer |
mass spectrometer=massspectrometer | password manager=passwordmanager | recovery codes=backupcodes | backup
codes=backupcodes | login codes=backupcodes | pass phrase=passphrase | api key=apikey | api token=apikey | access
token=apikey | ip address=ip | host name=hostname | mac address=mac | time out=timeout | time zone=timezone | root
cause=rootcause | post mortem=postmortem | on call=oncall | sick note=sicknote | social network=socialnetwork | social
media=socialnetwork | video call=videocall | conference call=videocall | search engine=searchengine | app
store=appstore | night shift=nightshift | early shift=earlyshift | late shift=lateshift | swear word=swearword | first
language=mothertongue | mother tongue=mothertongue | native language=mothertongue | native tongue=mothertongue
"""
