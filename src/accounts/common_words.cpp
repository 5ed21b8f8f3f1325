#include "accounts/common_words.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace reelshare::accounts {

namespace {

// From what published lists of leaked passwords have in common at their top, most with digits
// behind them. Sorted.
constexpr std::string_view kWords =
    "aaa abc abcabc abcd abcde abcdef abcdefg access adgangskode admin administrator airborne "
    "alexander alexandra amanda amazon america amour andrea andrew android angel angels anthony "
    "apollo apple april arsenal asdf asdfgh asdfghjkl ashley assassin asshole august australia "
    "autumn avengers azerty baby babyboy babygirl bacon badboy bailey banana barcelona baseball "
    "basketball batman bayern bear beatles beautiful beer benjamin berlin bienvenue bigboy "
    "bigdaddy bigdog bitch biteme black blaze blessed blowjob blue bmw boston brasil brazil "
    "broncos brother buddy bulldog butter butterfly california camaro canada carlos cash "
    "champion change changeit changeme charlie cheese cheetah chelsea cherry chester chevrolet "
    "chicago chicken children china chocolate christ christian christopher cisco clip clips "
    "cocacola coconut coffee computer contrasena cookie cookies corvette cowboy cowboys "
    "creative creator cricket crystal cutie daddy dallas dance dancer daniel database david "
    "december default demo deutschland devil diamond disney doggy dollar dolphin dolphins "
    "dragon eagle eagles earth einstein elizabeth eminem emma england enter entrar espana "
    "explorer facebook faith falcon family father february ferrari fire florida flower flowers "
    "football ford forever fortnite france freedom friday friend friends frodo fuckoff fuckyou "
    "fussball futbol gandalf gangster garfield gateway george germany ginger gmail godisgood "
    "golden golf google gorgeous green guest guitar hallo hannah happiness happy hardcore "
    "harley harrypotter haslo heaven hello hero heslo hiphop hockey hogwarts holiday honda "
    "honey horse hotmail houston hummer hunter iloveher iloveme iloveu iloveyou iloveyoubaby "
    "india instagram internet iphone ironman isabella january jasmine jedi jennifer jessica "
    "jesus jesuschrist jetaime jewel jonathan jordan joshua july june juventus katie kawasaki "
    "killer king kitten kitty lakers lauren legend letmein liberty lightning linux lion "
    "liverpool login logon london lordoftherings losenord love lovely loveme lover lovers "
    "loveyou lucifer lucky maggie mama manager manchester march maria marlboro master matrix "
    "matthew maverick melissa mercedes metallica mexico michael michelle mickey midnight "
    "million minecraft minnie molly mommy monday money monkey motdepasse mother mountain music "
    "mustang mylove mypassword naruto natalie netflix network newpassword newyork nicholas "
    "nicole ninja nintendo nirvana nokia nopassword notapassword nothing november october "
    "olivia open opensesame oracle orange packers pakistan panda panther papa paris parola pass "
    "passw passwd password passwort patricia patrick peanut pearl pepper pepsi phoenix piano "
    "pikachu pineapple pink pirate pizza platinum playboy playstation pokemon porsche pretty "
    "prince princess puppy purple pussy qaz qazwsx qazwsxedc queen qwert qwerty qwertyuiop "
    "qwertz rabbit rachel rainbow ranger rangers realmadrid rebecca red redskins redsox reel "
    "reels reelserver reelshare remember richard robert roblox rock rockstar root running "
    "russia salasana samantha samsung samurai sarah satan scorpion secret senha september "
    "server sesame sexy sexysexy shadow shark signin silver simpsons sister skateboard "
    "skywalker slipknot smile snoopy snowboard soccer soldier something sophia spider spiderman "
    "spotify spring startrek starwars steelers stephanie storm strawberry subaru success summer "
    "sunday sunflower sunshine superman superuser supervisor surfing sweetheart sweety swimming "
    "system teamo techno temp temporary tennis tequiero test tester testing texas thepassword "
    "thomas thunder tiger tiktok titan toyota truelove trustno trustnoone turtle twitter united "
    "upload user username vacation vader vanessa vegas veronica victoria video videos vodka "
    "wachtwoord warrior water weekend welcome whatever whiskey white william willkommen windows "
    "winner winter wolf wsx xbox xxx yahoo yamaha yankees yellow yoda yourpassword youtube zeus "
    "zxcv zxcvbn zxcvbnm zzz";

std::vector<std::string> split(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(std::move(word));
    return words;
}

}  // namespace

bool is_common_word(std::string_view word) {
    static const std::vector<std::string> kSorted = split(kWords);
    return std::ranges::binary_search(kSorted, word);
}

}  // namespace reelshare::accounts
