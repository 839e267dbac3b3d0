"""How are work, school, science, money, law, computers and phones spoken of: told in one way, asked in another?"""

from __future__ import annotations

# Groups of words that stand for one another in one sense, separated by bars.
SYNONYMS = """
boss supervisor manager superior | boss chief director | job work occupation profession career living | profession
occupation trade vocation job | job position role post | position post role job | title rank position | company firm
business employer | firm company business | employer company job | startup company business | department team unit
division section | team crew group squad department | colleague coworker teammate workmate | intern trainee placement
student internship | trainee apprentice intern | apprentice trainee apprenticeship | deputy substitute | substitute
deputy covers replacement | successor replacement | predecessor before | secretary assistant pa | assistant helper
secretary | staff employees workers personnel | hr personnel | client customer account | customer client buyer |
supplier vendor provider | contractor freelancer builder | freelancer freelance | consultant consulting adviser | shift
rota roster | nightshift nights shift | oncall pager duty standby | duty shift oncall rota | rota roster schedule shift
| overtime hours extra | parttime percent hours | percent parttime | salary pay wage income earnings | raise increase
payrise | bonus extra money | pension retirement retire | retire retirement pension | redundant fired laid dismissed |
fired sacked dismissed redundant | resign quit leave notice | hire recruit employ taken | promotion promoted raise |
promoted promotion became | appraisal review evaluation assessment | review appraisal assessment feedback | interview
application job | application apply applied | cv resume | meeting standup session call conference | standup meeting
daily scrum | agenda topics | minutes notes protocol | conference congress symposium convention | symposium conference
| workshop course training seminar | seminar workshop course | talk presentation lecture speech keynote | presentation
talk slides | poster presentation | deadline due | report paper document | project work task job | task job project |
budget money funding | funding grant budget money | grant funding scholarship bursary award | scholarship grant bursary
stipend | expense expenses cost travel | expenses costs receipts reimbursed | invoice bill | quote offer estimate |
contract agreement deal | notice period | office workplace desk building | headquarters head office hq | branch office
site | site location office | desk workstation table seat | meetingroom room | canteen cafeteria lunch | badge pass id
card | pass badge card | locker cupboard | remote home homeoffice telework | homeoffice remote home | carpool ride lift
share passenger | commute travel journey | trip travel | sickleave sick ill off | holiday vacation leave pto | leave
holiday vacation | farewell leaving goodbye | retirement farewell | strike union | union membership | school college
academy | primaryschool elementary school primary | secondaryschool highschool school | university uni college | uni
university | student pupil undergraduate | pupil student schoolchild class | teacher schoolteacher instructor master |
headteacher head principal headmaster | class form grade year | classteacher teacher class | lesson class course
session period | course class training lesson | subject course discipline | term semester trimester | homework
assignment | exam test finals quiz | exam examination test | test exam quiz | grade mark score result | mark grade
score | result grade score mark | report grades | degree bachelor master diploma | thesis dissertation | dissertation
thesis | defence viva defend | viva defence | supervisor adviser advisor | professor prof lecturer | lecture class
course seminar | graduate degree finish | graduation ceremony degree | semester term | exchange abroad | schooltrip
trip outing excursion | outing trip excursion | scholarship funding | faculty department | campus university | library
books | maths mathematics | biology science | physics science | chemistry science | pe gym sport | lab laboratory |
experiment test trial study | sample specimen | specimen sample | microscope microscopy imaging | centrifuge spinner |
fridge freezer cold | freezer minus | cell cells culture line | mouse mice strain | strain line background | enzyme
protein | antibody protein stain | gel blot | buffer solution | solution buffer mixture | reagent chemical | pipette |
incubator oven | autoclave sterilise | telescope observatory | observatory telescope | massspectrometer spectrometer |
instrument device machine | measurement reading value | reading measurement value meter | calibrate calibration |
dataset data | data dataset measurements | paper article manuscript publication | manuscript paper draft | journal
magazine paper | reviewer referee | accepted published | coauthor author | fieldwork field | nitrate nitrogen |
temperature degrees celsius | humidity moisture | concentration molar percent | dilution dilute | money cash funds |
bank banking | account bankaccount | bankaccount account iban | savings save saved nestegg | save savings | interest
rate percent | rate percent interest | loan credit borrowed debt mortgage | debt loan owe | studentloan loan debt |
instalment installment payment rate | deposit downpayment | payment instalment fee | tax taxes hmrc | taxes tax return
| accountant adviser bookkeeper taxes | refund rebate back | invest shares stocks fund etf | shares stocks fund | stock
share | crypto bitcoin | pension retirement | insurance cover insurer policy | cover insurance | insurer insurance
company | policy insurance | claim insurance | premium insurance | warranty guarantee | guarantee warranty | receipt
bill | bill invoice charge | subscription membership subscribe | membership fee | fee charge cost | fine penalty ticket
| creditcard card visa mastercard | card visa mastercard | currency money | price cost | discount percent off reduction
| voucher coupon code | lottery jackpot | lawyer solicitor attorney barrister | solicitor lawyer | barrister lawyer |
notary lawyer | court trial judge | police officer cops | crime offence | witness saw | passport id | visa permit |
permit permission licence | licence permit license | certificate document | identity id | citizenship passport
nationality | election vote polls | pollingstation vote elections | party politics | mayor council | council authority
| customs border | post mail letters | parcel package packet | package parcel | letter post envelope | stamp postage |
courier delivery dhl | postcode zip | shop store | supermarket grocery store | checkout till | receipt proof | order
ordered purchase | purchase bought order | bargain deal sale | sales sale | secondhand used preowned vintage | used
secondhand | online internet web | market stall | brand make label | make brand manufacturer | model type version |
manufacturer make brand | product item | phone mobile smartphone handset cell | smartphone phone iphone android |
carrier network provider | carrier mobile phone sim | provider supplier company | isp internet provider broadband |
phonecontract carrier mobile plan contract | contract plan | sim carrier mobile | ringtone ring | voicemail mailbox
answerphone | answerphone voicemail | text sms message | message text sms | signal reception coverage | reception
signal | charger cable | battery charge power | screen display monitor | monitor screen display | keyboard keys typing
| mouse trackball | printer printing | scanner scan | webcam camera | headphones headset earphones earbuds | speaker
loudspeaker sonos | microphone mic | computer pc laptop machine desktop | laptop notebook computer macbook thinkpad |
desktop pc computer tower | machine computer server box | server machine box host | box machine server | homeserver
server nas | nas storage server synology | storage disk space nas | space storage capacity | capacity space size
terabyte | terabyte tb storage | gigabyte gb ram memory | memory ram gigabyte gb | ram memory gigabyte gb | disk drive
hdd ssd | drive disk hdd ssd | ssd disk drive | gpu graphics nvidia | cpu processor chip | processor cpu chip core |
core cpu processor | motherboard board | fan cooling | ups battery power | rack cabinet | switch network | router wifi
modem network | modem router | wifi wireless wlan internet network | network wifi lan vlan | vlan network subnet |
subnet network vlan | firewall router opnsense pfsense | vpn wireguard tunnel | tunnel vpn | dns nameserver pihole |
nameserver dns | domain url address website | url address link website | hostname host name | host machine server | ip
address | port listens listen | listen port | proxy nginx traefik caddy | reverseproxy proxy nginx traefik caddy |
webserver nginx apache caddy | backup copy snapshot | snapshot backup | backups backup copies | restore recover backup
| backupcodes codes recovery | recovery backup restore | encrypt encrypted encryption luks | encryption encrypted |
passwordmanager bitwarden keepass passwords vault | vault passwords | password passphrase login secret passwords |
passphrase password | secret token key password | apikey token key secret | token key secret apikey | key ssh |
credentials login password | login account credentials username logins | username user login account | user username
account | admin root administrator | pin code digits number | code pin digits number combination | digits code pin
number | combination code digits | otp totp codes | authenticator totp | os windows linux macos ubuntu | linux ubuntu
debian fedora arch distro | distro distribution linux | distribution distro linux | shell bash zsh fish terminal |
terminal shell console | console terminal | editor vim emacs ide vscode | ide editor | browser firefox chrome safari |
searchengine google duckduckgo | email mail inbox | inbox mail | calendar schedule planner | app application program
software tool | software program app application | program software app | tool app program software | script program
cron job | job cron script task | cron job schedule | timer cron | database db postgres sqlite mysql | db database |
query sql | table database | cache redis | queue message | container docker podman | docker container | kubernetes
cluster k8s | cluster nodes kubernetes | node machine | virtual vm | vm virtual machine | hypervisor proxmox | cloud
hosting aws | hosting host provider server | registrar domain | deploy deployment release ship | release version deploy
| deployment deploy | version release | upgrade update newer | update upgrade patch | patch update fix | bug error
fault issue | error bug failure message | crash crashed failure | outage down downtime | downtime outage | incident
outage | rootcause cause reason why | postmortem incident rootcause | monitoring grafana prometheus alert | dashboard
grafana | alert notify alarm warn message | log logs logging | logs log | timeout seconds | latency delay milliseconds
| throughput speed | bandwidth speed mbit | speed mbit fast | benchmark speed | repository repo git | repo repository
git | branch git | commit git | pullrequest review merge | review reviewer pullrequest | ci pipeline build | build
compile ci | test tests pytest | framework library | library package framework | language python rust | written
language wrote | code program source | developer programmer engineer coder | programmer developer | programming coding
code | frontend ui | backend server | api endpoint interface | interface api ui | protocol mqtt http | format json yaml
| config configuration settings | configuration config settings | settings config | license licence mit | opensource
free | licence license | plugin extension addon | extension plugin | sensor thermometer detector | smarthome automation
homeassistant | automation smarthome rule | thermostat smart | bulb hue light | plug socket smart | zigbee sensor |
camera webcam cctv | doorbell camera | robot vacuum | printer3d filament | filament printer | solder soldering |
arduino microcontroller esp32 | raspberry pi | socialnetwork facebook instagram linkedin twitter mastodon | account
profile handle | handle username | website site page homepage | blog website | podcast show | videocall zoom teams meet
| chat messenger slack signal whatsapp | messenger whatsapp signal telegram chat | font typeface | wallpaper background
desktop | theme colours dark | shortcut hotkey keys | hotkey shortcut
"""
KINDS = """
os operating platform: linux windows macos ubuntu debian fedora arch nixos mint freebsd openbsd android ios centos
rocky alma opensuse raspbian chromeos gentoo alpine manjaro proxmox truenas unraid | distro distribution: ubuntu debian
fedora arch nixos mint centos rocky alma opensuse gentoo alpine manjaro slackware void | language programming: python
rust go golang java javascript typescript kotlin swift ruby php perl scala haskell elixir erlang clojure lisp ocaml
julia matlab fortran cobol lua zig nim dart csharp bash assembly ada prolog c r | database db storage engine: postgres
postgresql mysql mariadb sqlite mongodb redis cassandra oracle duckdb influxdb clickhouse dynamodb couchdb
elasticsearch neo4j rocksdb innodb timescale timescaledb cockroachdb lmdb | webserver server proxy: nginx apache caddy
traefik haproxy lighttpd envoy | editor ide: vim neovim emacs vscode nano helix sublime pycharm intellij eclipse kate
notepad zed rstudio jetbrains | shell: bash zsh fish powershell nushell | browser: firefox chrome chromium safari edge
opera brave vivaldi | framework: django flask fastapi rails react vue svelte angular spring laravel express pytorch
tensorflow qt tokio axum | tool app software program: photoshop gimp excel word powerpoint obsidian notion todoist
trello jira slack teams zoom lightroom blender krita inkscape figma ableton audacity musescore sibelius latex overleaf
zotero evernote joplin anki duolingo strava komoot whatsapp signal telegram spotify audible keepass keepassxc bitwarden
lastpass terraform ansible puppet chef salt pulumi helm | provisioning configuration management: ansible terraform
puppet salt | monitoring: grafana prometheus zabbix nagios datadog netdata icinga uptime kuma loki | ci: jenkins github
gitlab travis circleci woodpecker drone buildkite | backup: restic borg duplicity rsync veeam timemachine kopia rclone
duplicati | filesystem file: zfs btrfs ext4 xfs ntfs apfs | container: docker podman lxc | hypervisor virtual: proxmox
vmware virtualbox kvm xen hyperv esxi | nas: synology qnap truenas unraid | firewall router: opnsense pfsense fritzbox
unifi mikrotik openwrt ubiquiti netgear tplink asus cisco | vpn: wireguard openvpn tailscale mullvad nordvpn zerotier |
passwordmanager password manager: bitwarden keepass keepassxc onepassword lastpass dashlane vaultwarden | queue broker:
kafka rabbitmq nats mqtt mosquitto redis celery | cloud hosting host provider: aws azure hetzner digitalocean linode
ovh gcp google netcup scaleway vultr heroku netlify | registrar: namecheap gandi godaddy porkbun inwx | socialnetwork
network: facebook instagram linkedin twitter mastodon tiktok reddit snapchat pinterest bluesky | messenger chat:
whatsapp signal telegram threema discord slack matrix | phone smartphone mobile: iphone pixel samsung galaxy fairphone
nokia motorola oneplus xiaomi huawei sony | computer laptop: macbook thinkpad lenovo dell hp asus acer surface
framework imac chromebook xps elitebook latitude | tablet: ipad kindle surface galaxy remarkable | console: playstation
xbox nintendo switch ps5 ps4 wii steamdeck | carrier provider mobile: vodafone telekom o2 orange ee three giffgaff
tesco lebara sunrise swisscom verizon tmobile sky lycamobile voxi | energysupplier electricity power supplier provider:
octopus eon edf ovo bulb vattenfall enbw engie luminus britishgas npower iberdrola enel | insurer insurance: axa
allianz aviva admiral generali direct zurich huk ergo churchill petplan hastings lv saga | courier: dhl ups fedex
hermes dpd gls royal evri bpost postnl | licence license: mit gpl apache bsd agpl lgpl mpl | format: json yaml toml xml
csv parquet hdf5 fits pdf markdown | protocol: mqtt http https ssh ftp sftp smb nfs zigbee zwave thread matter
bluetooth grpc | sensor: temperature humidity motion thermometer co2 | microcontroller board: arduino esp32 esp8266
raspberry teensy pico | lab instrument device: microscope centrifuge spectrometer sequencer incubator fumehood
telescope cryostat laser pipette autoclave balance oscilloscope chromatograph hplc freezer shaker | buffer: pbs tris
hepes saline | cell line: hela hek293 hek cho jurkat mcf7 | organism: mouse rat yeast zebrafish drosophila ecoli
arabidopsis | degree qualification: bachelor master phd doctorate diploma ba bsc ma msc mba | school: primary secondary
grammar comprehensive nursery kindergarten gymnasium | field subject study science: biology chemistry physics astronomy
geology ecology genetics neuroscience immunology maths linguistics | shift: night early late day | document paper:
passport birth certificate marriage visa will deed contract | profession job occupation work living trade: barrister
solicitor nurse midwife carpenter violinmaker luthier lighthouse keeper farrier thatcher undertaker tanner weaver
bookbinder calligrapher puppeteer stuntman acupuncturist beautician dietitian nutritionist epidemiologist virologist
botanist entomologist glaciologist hydrologist seismologist oceanographer curator conservator restorer sommelier
cheesemaker chocolatier confectioner docker stoker tram crane forklift bus lorry taxi train firewoman policewoman
lollipop dinner lady headmistress governess matron
"""
HINTS = """
os: runs installed running | editor: write code using | language: written wrote rewrite program learning | database:
runs store stored tables migrated moved | hostname: called named | ip: sits at fixed address static | port: listens on
| address: at sits street | carrier: mobile sim contract switched month | isp: broadband fibre internet router switched
| energysupplier: electricity power gas switched with | phonecontract: mobile month sim gigabyte | provider: with
switched from | supplier: with switched order from | insurance: cover with renewal policy claim | insurer: with cover
renewal | warranty: until runs years | guarantee: until runs years | ram: gb gigabytes | memory: gb gigabytes ram |
storage: tb terabyte disks | capacity: tb gb litres | size: gb tb inches cm | resolution: pixels | nas: disks terabyte
storage synology | server: runs rack | rack: server | computer: laptop thinkpad macbook | laptop: thinkpad macbook dell
| phone: iphone pixel samsung android | backup: every night copied rsync disk offsite cloud | alert: message mail sends
| outage: down hours crashed | down: broken until | cause: turned because | rootcause: turned because cause | bug:
fixed crash wrong | deploy: friday server pushed | release: friday version ships | deadline: due by before wants until
end | due: by until before in hand | submit: in by deadline | meeting: at monday tuesday wednesday thursday friday
moved | standup: at every morning | boss: manager report called lead | manager: boss report lead head | intern: started
monday student summer | trainee: started | colleague: desk office team left works | team: us eight people | department:
moved gone went | client: project job work contact | project: client working | appraisal: boss moved date december |
interview: at monday | raise: month gross now | salary: month gross net year paid | rate: hour bill percent charge |
fee: charge hour euros pounds month | hourly: bill hour charge | bonus: december extra | pension: retire | retire:
years pension | resign: notice left quit | hours: percent week go down | parttime: percent go down | work: job office
nurse teacher | living: makes sells builds drives teaches works repairs | profession: works trained makes builds |
school: class teacher pupils | university: degree studied thesis graduated class campus | study: degree thesis learning
| thesis: about supervisor chapter | degree: studied graduated class | exam: passed failed percent grade | test: passed
failed | grade: got exam | supervisor: thesis professor | professor: lecture | teacher: lessons class teaches learn |
lesson: every at with | course: evening weeks | experiment: run samples | sample: freezer tubes stored minus | lab:
bench door code | telescope: nights observatory | paper: accepted journal submitted | journal: accepted submitted paper
| grant: euros years | poster: conference accepted | conference: talk speaking runs from poster | talk: speaking
conference | money: euros pounds dollars | bank: account with | account: bank euros | savings: euros bank month | loan:
bank month percent years | debt: owe paid | tax: return july january accountant | accountant: tax return adviser |
lawyer: will contract case | police: reference stolen reported | passport: expires until drawer renew | parcel:
accepted neighbour post delivered | package: accepted neighbour post delivered | order: ordered delivered arrives |
delivery: arrives coming between | subscription: month pay cancel | membership: month year pay | password: is login
wifi passphrase | wifi: password guests router | pin: is code digits | code: is opens off switched | username: login |
login: username password | printer: ink toner paper print | ink: cartridge printer black takes | monitor: inches |
keyboard: layout switches | battery: lasts charge hours | signal: bars bar | website: domain address com org |
newspaper: pay month read subscribe | donate: give month euros pounds | charity: give month donate run shelter | vote:
election school | contact: ms mr call | approve: signs
"""
