"""Which words belong to one topic, without standing for one another?"""

from __future__ import annotations

# Topics, separated by bars.
RELATED = """
avoid allergic allergy intolerant hate dislike afraid forbidden vegetarian vegan coeliac lactose |
airport flight plane fly airline ticket luggage passport boarding terminal |
train station platform ticket rail commute | hospital doctor surgery operation nurse ward patient ill |
dentist tooth teeth filling crown braces root canal wisdom | school teacher class pupil homework term parentsevening |
university degree study thesis professor campus student lecture |
wedding bride groom ring venue dress cake honeymoon bestman guest vow ceremony engaged |
birthday party cake present turn gift age candle | baby pregnant due nursery newborn birth midwife |
dog walk vet puppy lead kennel bark breed fetch collar | cat vet litter purr kitten | horse stable ride saddle |
car drive garage mechanic licence petrol park insurance engine tyre | bike cycle helmet ride tyre pedal commute |
house rent mortgage buy move landlord key floor garden | flat rent lease floor landlord building |
key lock door spare safe hide | bank account card pin loan mortgage money |
phone number call text contact battery screen | computer laptop keyboard password software screen |
password login account wifi router network pin code | run marathon race training trainers pace kilometre |
swim pool lane lesson lake sea | climb wall rope mountain summit | ski slope snow resort alps |
football match team goal pitch club league | chess tournament opening club rating |
music concert band instrument song practise play lesson | piano lesson teacher practise scales |
choir sing concert rehearsal soprano alto tenor | book read author novel library chapter finish |
film cinema watch director | cook recipe kitchen oven dinner meal | restaurant table reserve dinner eat menu cuisine |
coffee morning cup milk sugar espresso drink | wine bottle grape cellar glass drink |
garden tomato plant grow flower bed greenhouse allotment | holiday trip beach hotel fly abroad book week travel |
passport expire renew visa travel | job start company team office interview contract role |
boss manager team work office | meeting calendar weekly team office |
doctor appointment clinic prescription blood pressure | allergy pollen nut penicillin reaction epipen |
ill hospital medicine treat symptom | insurance policy car premium renew claim | tax return accountant deadline |
money save spend budget cost | sister brother sibling family twin | mother father parent family |
grandmother grandfather family heirloom | friend meet school university | married anniversary wedding years |
child school birthday son daughter | live street floor moved city town neighbourhood |
born town birthday hospital year | die funeral grave inherited | volunteer charity shelter weekend library food |
language learn fluent lesson speak class | church choir sunday | photo camera lens picture | paint wall room brush |
heating boiler repair engineer winter | broken repair fix warranty | lost find left wallet umbrella |
stolen police bike report | wake alarm morning early | sleep bed night insomnia | gym membership exercise weights |
yoga class mat | shoe size foot | ring finger gold sapphire | glasses optician eye lens | hair cut barber |
tattoo shoulder wrist arm | theatre play ticket stage | boat sail harbour | camp tent lake | fish river lake rod |
bee hive honey beekeeping | bread sourdough bake flour loaf | cake bake birthday | vegetarian meat eat diet |
retire pension work | exam pass fail result study | speech wedding toast | invite guest party |
parcel deliver neighbour | bin collect recycling day | plumber leak pipe bathroom | roof leak repair |
project deadline client | conference talk speak | vote party election | run start finish | degree graduate |
army serve soldier | farm cow sheep grow | fear flying spider height | drink alcohol beer wine | stop quit smoke |
collect stamp coin vinyl record | game console play | code program language software | cottage lake mountain summer |
island summer beach | snow winter ski
"""
