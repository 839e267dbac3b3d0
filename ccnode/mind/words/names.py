"""Which first names are common? A name that is one of these is a person's, not a town's or a company's."""

from __future__ import annotations

FIRST_NAMES = """
aaron abigail adam adele adrian agatha agnes agnieszka ahmed aisha alan albert alec alex alexander alexandra alfie
alfred ali alice alicia alison amanda amber amelia amelie amina amir amy ana anastasia andre andrea andreas andrew
angela anita anja ann anna anne annette annie annika anthony antoine anton antonia antonio archie ariana arjun arne
arthur astrid audrey august ava axel barbara barry bart bas beatrice beatrix ben benedict benjamin bernadette bernard
bernd bert beth betty bettina bianca bill birgit bjorn bob boris brandon brenda brian bridget bruno caitlin callum
calum camilla carla carlos carmen carol carolina caroline catherine cathy cecilia celia celine charles charlie
charlotte chloe chris christa christian christina christine christoph christopher claire clara claudia claus clemens
clive colin connor constance cornelia craig cristina daisy damian dan daniel daniela danny daphne darren dave david
dawn dean debbie deborah denise dennis derek diana diane diego dieter dimitri dirk dominic donald donna doris dorothea
dorothy douglas duncan dylan ed eddie edgar edith edward edwin eileen elaine eleanor elena eli elias elif elisa
elisabeth elise eliza elizabeth ella ellen ellie elliot elsa else emil emilia emily emma enrico eric erica erik erika
ernst esther ethan eva evan eve evelyn ewan ezra fabian fatima faye felicity felix femke fergus fernando fiona flora
florence florian floris fran frances francesca francis franco frank franz fred freddie frederick freya frieda fritz
gabriel gabriela gareth gary gavin gemma geoff george georgia georgina gerald gerard gerd gerhard gertrude gianni
gilbert giles gillian gina giovanni giulia gloria gordon grace graham greet greg gregor greta guido gunther gus gustav
guy hamish hana hanna hannah hannes hans harriet harry harvey hassan hazel heather hector heidi heike helen helena
helga henk henri henrik henry herbert hilda holger holly horst howard hubert hugh hugo ian ibrahim ida igor ilse imogen
ines inge ingrid irene iris irma isaac isabel isabella isla ivan ivy jack jackie jacob jacqueline jake jakob james
jamie jan jana jane janet janine jasmine jason jasper jean jeff jelena jen jennifer jenny jens jeremy jeroen jess
jessica jill jim jo joan joana joanna joe joel johan johanna johannes john jon jonas jonathan joost jordan jorge jose
josef joseph josephine josh joshua joy joyce juan judith judy jules julia julian julie juliet jurgen justin karen karin
karl karla kaspar kasper kate katharina katherine kathleen kathrin kathy katie katja kay keith kelly kemi ken kenneth
kevin khalid kieran kim kirsten kirsty klara klaus konrad kristian kristina kurt kyle lara lars laszlo laura lauren
laurence lea leah leila lena leo leon leonie leopold lesley leslie lewis liam lieke lili lilian lilly lily linda lionel
lisa liz lizzie lorna lotte lottie louis louisa louise luca lucas lucia lucy luigi luis luisa lukas luke luna lydia
lynn maarten mabel maddie madeleine magda maggie magnus maja malcolm mandy manfred manuel marc marcel marco marcus
margaret margit margot maria marian marianne marie marijke marina mario marion marit mark marko markus marlene marta
martha martin martina marty mary mateo mats matt matteo matthew matthias maud maureen maurice max maya megan mehmet mei
mel melanie melissa meera mia michael michaela michel michelle miguel mike mila milan millie milo mina miriam mitch
mohamed mohammed moira molly mona monica monika moritz morris muhammad murray nadia naomi natalia natalie natasha
nathan neil nele nell nicholas nick nicola nicolas nicole nigel nika niklas nils nina noah noel noor nora norbert norma
norman olaf olga oliver olivia omar oskar oscar otis ottilie otto owen pablo pam pamela paola pascal pat patricia
patrick paul paula pauline pedro peggy penelope penny percy perry pete peter petra phil philip philipp philippa phoebe
pia pierre piet pieter piotr polly priya quentin rachel rafael rahul rainer raj ralf ralph raphael rasmus raul ravi ray
raymond rebecca regina reinhard renata renate rene rhys ricardo richard rick rita rob robert roberta roberto robin
rodney roger roland rolf roman ronald ronja rory rosa rosalind rose rosemary rosie ross rowan roxanne roy ruben rudi
rudolf rupert russell ruth ryan sabine sabrina sadie sally salma sam samantha samir samuel sandra sandro sanjay sara
sarah sascha saskia scott sean sebastian selina serena sergio seth shane sharon sheila shirley sid sigrid silas silvia
simon simone sofia sofie sonia sonja sophia sophie sophy stefan stefanie stella stephan stephanie stephen steve steven
stijn stuart sue summer suresh susan susanna susanne suzanne sven svenja sybil sylvia tamara tamsin tania tanja tara
ted teresa tess theo theodor theresa thomas thorsten tilda till tim timo timothy tina tobias toby tom tomas tommy tony
tracy trevor tricia trudy udo ulla ulrich ulrike umar una ursula uta valentina valerie vanessa vera veronica vicky
victor victoria vijay vikram viktor vincent viola violet virginia vivian vlad walter wanda wendy werner wilfred wilhelm
will willem william wim winifred wolfgang xavier yannick yara yasmin yusuf yves yvonne zack zara zeki zeynep zoe
"""
