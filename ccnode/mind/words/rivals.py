"""Which words deny one another? Told of a sister, nothing is known of a brother."""

from __future__ import annotations

# Sets of rivals, separated by bars.
RIVALS = """
mother father brother sister son daughter uncle aunt cousin niece nephew grandmother grandfather grandson
granddaughter wife husband girlfriend boyfriend fiance bestfriend flatmate neighbour boss colleague landlord
stepmother stepfather stepson stepdaughter motherinlaw fatherinlaw sisterinlaw brotherinlaw godmother godfather
dentist doctor therapist teacher friend hairdresser accountant lawyer plumber mechanic vet nanny halfsister
halfbrother exwife exhusband godson goddaughter physio cleaner optician electrician gardener coach soninlaw
daughterinlaw bestman tutor student |
dog cat hamster rabbit guineapig gerbil parrot budgie tortoise goldfish snake lizard horse hen ferret rat goat sheep
pony | monday tuesday wednesday thursday friday saturday sunday |
january february april june july august september october november december | spring summer autumn winter |
breakfast lunch dinner dessert snack | morning afternoon evening night |
kitchen bedroom bathroom livingroom diningroom attic cellar garage hallway |
car bike motorbike boat train plane bus van | home office work school |
phone laptop tablet printer camera television wifi bank | piano guitar violin cello flute drum trumpet |
coffee tea beer wine whisky | left right | first second third last | eldest youngest middle | summer winter |
football tennis rugby basketball cricket hockey golf |
english spanish french german italian portuguese dutch japanese russian chinese |
wedding birthday funeral graduation christening | front back | lefthanded righthanded | big small | landlord tenant |
doctor patient | teacher student pupil | employer employee | buyer seller | host guest |
surname middlename firstname maidenname | red blue green yellow purple pink brown black white grey |
birthday anniversary | arm leg ankle wrist knee shoulder hip | kettle fridge oven dishwasher washer microwave |
love hate | favourite hate | like dislike | arrive depart | win lose | open close | first last | oldest youngest |
morning evening | living die | sunrise sunset | upstairs downstairs | inside outside | son daughter | boy girl |
bride groom
"""
