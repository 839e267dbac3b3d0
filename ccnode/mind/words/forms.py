"""Which words carry no content, which forms belong to one verb or noun, and which word pairs act as one word?"""

from __future__ import annotations

# Dropped from the index and from questions. Prepositions stay out of questions too: they are evidence of place and
# time, which is read from the sentence itself, never words to look up.
STOP = """
a an the this that these those some any each every either neither such same other another both all
i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers
herself it its itself they them their theirs themselves one ones someone somebody something anyone anybody anything
everyone everybody everything nobody nothing none who whom whose which what where when why how whatever whichever
am is are was were be been being do does did doing done have has had having will would shall should can could may
might must ought cannot
not no nor don doesn didn isn aren wasn weren hasn haven hadn wouldn shan shouldn couldn mustn ain t s m re ve ll d
and or but if then else than because as until while of at by for with about between into through during
before after above below to from up down in out on off over under again ago further once here there
so too very just only also even still yet ever never always already now really actually quite rather
please thanks thank ok okay yes yeah hey hi hello well oh
tell told say said mention mentioned remember remind recall know let ve
im ive id ill dont doesnt didnt isnt wasnt cant wont whats wheres whens whos hows thats theres youre theyre lets
gonna wanna gotta etc via per
der das ein eine einen einem einer und oder ist sind ich du er sie es wir ihr mein meine meinen meinem meiner
dein deine mit von zu zum zur im am dem des nicht wo wer was wann wie welche welcher welches habe
le la les un une des du de et ou est sont je tu il elle nous vous mon ma mes ton ta tes dans sur avec que qui quoi
quel quelle ou quand comment
el los las una unos unas y o es yo mi mis tu tus su sus en con por para que quien donde cuando como cual
""".split()

# Verbs and nouns that say little by themselves: missing them costs a match little.
LIGHT = """
go get give take make put keep leave come bring use want need like try start begin stop let seem look see find think
feel happen become set turn show help hold run pick plan do own mean talk ask speak hear decide end finish
choose belong prefer recommend suggest suppose intend stash involve consist spend receive arrange order
expect hope follow reach gather wait enter allow apply assume attach avail base carry cause change check complete concern
consider contain continue count cover create deal depend describe discover enable ensure exist expand explain face fill fit
force handle head identify include indicate inform keep lay lie list locate maintain manage mark matter mind miss note notice
obtain occur offer operate perform place prepare present press produce provide pull push raise realise reach refer remain
require select send serve settle share shift sit sort stand state stay stick store suit supply switch trap treat visit
rely handle actually use used
thing stuff kind sort type way lot bit part detail information info fact matter case item one person people man woman lady
gentleman guy name number amount good new big small great little long old different main current lately usual fellow folk
large huge tiny recent regular general special common typical full whole entire real true actual own certain specific
particular exact precise correct proper right wrong main major minor various several many more most less least few enough
available possible necessary important latest newest precious personal private own individual single separate original
usually normally often sometimes exactly precisely specifically particularly regularly generally mostly mainly currently
recently presently nowadays originally finally eventually exclusively officially actually basically apparently supposedly
besides except apart according regarding concerning despite instead along together among amongst beyond within without
upon towards toward via edge system set example version term
situation circumstance purpose reason idea point aspect respect occasion instance moment period stage step level
possession arrangement routine option choice preference decision plan answer question word description kindof sortof
total according ordinary back coming going aside around according present regularly household meant type typing
each badly best most recently nowadays days these ours catch follow follows cope
ever yet still supposed usage able due likely sure particular called titled known
""".split()

# Lemma first, then the forms no suffix rule finds.
IRREGULAR = """
be been | celsius degrees | become became | name called | begin began begun | bend bent | bet betted | bite bit bitten |
bleed bled | blow blew blown | break broke broken | breed bred | bring brought | build built | burn burnt | buy bought |
catch caught | choose chose chosen | come came | cost costed | cut cutting | deal dealt | dig dug | draw drew drawn |
dream dreamt | drink drank drunk | drive drove driven | eat ate eaten | fall fell fallen | feed fed | feel felt |
fight fought | find found | fly flew flown | forbid forbade forbidden | forget forgot forgotten |
forgive forgave forgiven | freeze froze frozen | get got gotten | give gave given | go went gone | grow grew grown |
hang hung | hear heard | hide hid hidden | hit hitting | hold held | keep kept | kneel knelt | know knew known |
lay laid | lead led | lean leant | leap leapt | learn learnt | leave left | lend lent | lie lain lying | light lit |
lose lost | make made | mean meant | meet met | mow mown | pay paid | prove proven | put putting | quit quitting |
read reading | ride rode ridden | ring rang rung | rise rose risen | run ran running | say said | see saw seen |
seek sought | sell sold | send sent | set setting | sew sewn | shake shook shaken | shine shone | shoot shot |
show shown | shrink shrank shrunk | sing sang sung | sink sank sunk | sit sat | sleep slept | slide slid | smell smelt |
sow sown | speak spoke spoken | spell spelt | spend spent | spill spilt | spoil spoilt | spread spreading |
stand stood | steal stole stolen | stick stuck | sting stung | strike struck | swear swore sworn | sweep swept |
swell swollen | swim swam swum | swing swung | take took taken | teach taught | tear tore torn | tell told |
think thought | throw threw thrown | understand understood | wake woke woken awake | wear wore worn | weave wove woven |
weep wept | win won | wind wound | write wrote written | child children | man men | woman women | foot feet |
tooth teeth | mouse mice | goose geese | person people | wife wives | knife knives | loaf loaves | shelf shelves |
half halves | calf calves | scarf scarves | thief thieves | wolf wolves | die died dying dies | tie tied tying |
bear bore | marry married marries | buy buying | analysis analyses | diagnosis diagnoses | medium media |
criterion criteria | ox oxen | datum data | photo photos | piano pianos | potato potatoes | tomato tomatoes |
bus buses | gas gases | lens lenses | 2 two | 3 three | 4 four | 5 five | 6 six | 7 seven | 8 eight | 9 nine | 10 ten |
11 eleven | 12 twelve | 20 twenty | 30 thirty | 40 forty | 50 fifty | 100 hundred | class classes | glass glasses |
boss bosses
"""

# Pairs (and triples) that mean one thing. The right-hand side is the word they are read as.
PHRASES = """
for a living=job | do for work=job | line of work=job | earn living=job | earns living=job | make a living=job |
makes a living=job | day job=job | work as=job | works as=job | worked as=job | working as=job | get paid=salary |
gets paid=salary | grow up=childhood | grew up=childhood | grown up in=childhood | growing up=childhood |
brought up=childhood | raised in=childhood | was raised=childhood | as a kid=childhood | as a child=childhood |
as a boy=childhood | as a girl=childhood | when i was=childhood | mother in law=motherinlaw |
father in law=fatherinlaw | sister in law=sisterinlaw | brother in law=brotherinlaw | son in law=soninlaw |
daughter in law=daughterinlaw | mum in law=motherinlaw | in laws=inlaws | best friend=bestfriend | best man=bestman |
ex wife=exwife | ex husband=exhusband | better half=spouse | other half=spouse | significant other=spouse |
step mother=stepmother | step father=stepfather | step son=stepson | step daughter=stepdaughter |
half sister=halfsister | half brother=halfbrother | great aunt=greataunt | great uncle=greatuncle | little one=child |
little ones=children | wake up=wake | wakes up=wake | woke up=wake | waking up=wake | get up=wake | gets up=wake |
got up=wake | out of bed=wake | go to bed=bedtime | goes to bed=bedtime | to bed=bedtime |
turn in for the night=bedtime | go to sleep=bedtime | pass away=die | passed away=die | give up=quit | gave up=quit |
given up=quit | giving up=quit | take up=hobby | took up=hobby | taken up=hobby | taking up=hobby | free time=hobby |
spare time=hobby | for fun=hobby | for relaxation=hobby | log in=login | sign in=login | sign up=register |
signed up=register | look after=care | looks after=care | looking after=care | take care of=care | takes care of=care |
cell phone=phone | mobile phone=phone | smart phone=phone | living room=livingroom | sitting room=livingroom |
front room=livingroom | dining room=diningroom | bath room=bathroom | spare room=guestroom | guest room=guestroom |
ice cream=icecream | ice skating=iceskating | peanut butter=peanutbutter | soft drink=soda | high school=highschool |
secondary school=highschool | primary school=primaryschool | elementary school=primaryschool |
grammar school=highschool | middle school=middleschool | driving licence=drivinglicence |
driver licence=drivinglicence | driver license=drivinglicence | drivers license=drivinglicence |
driving license=drivinglicence | licence plate=plate | license plate=plate | number plate=plate |
registration number=plate | registration plate=plate | car registration=plate | wi fi=wifi | wireless network=wifi |
internet connection=broadband | e mail=email | email address=email | post code=postcode | postal code=postcode |
zip code=postcode | phone number=phonenumber | telephone number=phonenumber | mobile number=phonenumber |
cell number=phonenumber | credit card=creditcard | debit card=creditcard | bank card=creditcard | gluten free=coeliac |
lactose intolerant=lactose | get married=wedding | got married=wedding | getting married=wedding |
tie the knot=wedding | tied the knot=wedding | tying the knot=wedding | walk down the aisle=wedding | split up=divorce |
break up=divorce | broke up=divorce | fall out=quarrel | fell out=quarrel | get along=friendly | gets along=friendly |
run out=expire | runs out=expire | running out=expire | run out of=empty | ran out=empty | sea sick=seasick | car sick=carsick | hay fever=hayfever |
high blood pressure=hypertension | blood pressure=bloodpressure | blood type=bloodtype | blood group=bloodtype |
shoe size=shoesize | working out=exercise | work out=exercise | works out=exercise | worked out=exercise |
keep fit=exercise | work from home=remote | working from home=remote | works from home=remote |
parents evening=parentsevening | new year=newyear | christmas eve=christmaseve | tube station=station |
subway station=station | train station=station | railway station=station | bus stop=busstop | rental car=hirecar |
hire car=hirecar | day off=holiday | days off=holiday | time off=holiday | due date=deadline |
expecting a baby=pregnant | having a baby=pregnant | is expecting=pregnant | make up=makeup | sun cream=sunscreen |
washing machine=washer | tumble dryer=dryer | air conditioning=aircon | vacuum cleaner=vacuum |
remote control=remotecontrol | hot water=boiler | front door=frontdoor | back door=backdoor | garage door=garagedoor |
left handed=lefthanded | right handed=righthanded | left hand=lefthanded | right hand=righthanded |
middle name=middlename | maiden name=maidenname | nick name=nickname | last name=surname | family name=surname |
first name=firstname | star sign=zodiac | new york=newyork | hong kong=hongkong | los angeles=losangeles |
san francisco=sanfrancisco | rio de janeiro=rio | cape town=capetown | tel aviv=telaviv | south africa=southafrica |
new zealand=newzealand | south korea=southkorea | costa rica=costarica | sri lanka=srilanka |
northern ireland=northernireland | united states=usa | united kingdom=uk | guinea pig=guineapig |
golden retriever=retriever | border collie=collie | great dane=dane | german shepherd=shepherd | maine coon=mainecoon |
table tennis=tabletennis | martial art=martialart | martial arts=martialart | rock climbing=climbing |
board game=boardgame | video game=videogame | french horn=frenchhorn | double bass=doublebass |
fire fighter=firefighter | police officer=policeman | estate agent=estateagent | civil servant=civilservant |
truck driver=trucker | lorry driver=trucker | hair dresser=hairdresser | dish washer=dishwasher | book shelf=bookshelf |
book club=bookclub | how come=why | how old=age | how tall=height | how heavy=weight | how far=distance |
how expensive=price | hard drive=harddrive | power bank=powerbank | sleeping pill=sleepingpill | work on=usage |
working on=usage | works on=usage | worked on=usage | work with=usage | come into the world=born |
came into the world=born | be born=born | come from=origin | comes from=origin | came from=origin | hail from=origin |
hails from=origin | pick up=collect | picks up=collect | picked up=collect | drop off=deliver | dropped off=deliver |
go by=name | goes by=name | answer to=name | answers to=name | move house=move | moving house=move | moved house=move |
moving out=move | move out=move | moved out=move | head over=travel | set off=depart | set out=depart |
take off=depart | takes off=depart | took off=depart | can not stand=hate | cannot stand=hate | cant stand=hate |
cannot bear=hate | cannot i stand=hate | cannot eat=allergic | cannot have=allergic | cannot tolerate=allergic |
cannot i eat=allergic | get on my nerves=annoy | keen on=love | fond of=love | crazy about=love | mad about=love |
a fan of=love | into it=love | scared of=afraid | frightened of=afraid | terrified of=afraid | laid off=fired |
let go from=fired | made redundant=fired | main course=maincourse | stay away from=avoid | steer clear of=avoid |
keep away from=avoid | off limits=avoid | hold the record=record | long term=longterm | full time=fulltime |
part time=parttime | sign language=signlanguage | coming up=upcoming | due back=return | hand in=submit |
handed in=submit | look forward=excited | looking forward=excited | paid off=repay | pay back=repay | pay off=repay |
pays back=repay | paid back=repay | owe me=lend | owes me=lend | set alarm=alarm | in charge of=manage |
responsible for=manage | run by=manage | named after=namesake | flat mate=flatmate | room mate=flatmate |
house mate=flatmate | class mate=classmate | team mate=teammate | god mother=godmother | god father=godfather |
god son=godson | god daughter=goddaughter
"""
