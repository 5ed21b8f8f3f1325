#include "app/ban.hpp"

#include "app/foundation.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "processing/bans.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace reelshare::app {

namespace {

using processing::Bans;

constexpr std::size_t kHashDigits = 64;  ///< SHA-256 in hexadecimal.

bool is_hash(const std::string& text) {
    return text.size() == kHashDigits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

int add(Bans& bans, const std::string& what, const std::string& note) {
    if (!is_hash(what) && !is_id(what)) {
        std::fprintf(
            stderr, "reelshare: name the id of a video or the SHA-256 of a file (64 digits)\n"
        );
        return 2;
    }
    const auto id = run_now(is_hash(what) ? bans.add_hash(what, note) : bans.add_video(what, note));
    if (!id) return refuse(id.error());
    std::printf("%s\n", id->c_str());
    return 0;
}

int list(Bans& bans) {
    const auto all = run_now(bans.list());
    if (!all) return refuse(all.error());
    for (const processing::Ban& ban : *all) {
        std::printf(
            "%s  %s  %s  %zu looks  %s\n", ban.id.c_str(), rfc3339(ban.created_at).c_str(),
            ban.content_hash.substr(0, 12).c_str(), ban.looks.size(), ban.note.c_str()
        );
    }
    return 0;
}

int remove(Bans& bans, const std::string& id) {
    const auto removed = run_now(bans.remove(id));
    return removed ? 0 : refuse(removed.error());
}

}  // namespace

void add_ban_commands(CLI::App& cli, const Config& config, int& exit_code) {
    struct Words {
        std::string what;
        std::string note;
    };
    const auto words = std::make_shared<Words>();
    const auto with_bans = [&config, &exit_code](auto act) {
        return [&config, &exit_code, act] {
            Config quiet = config;
            quiet.log_level = "error";
            Foundation base(quiet);
            if (auto opened = base.open(); !opened) {
                exit_code = refuse(opened.error());
                if (opened.error().code == Errc::conflict)
                    std::fprintf(
                        stderr,
                        "The embedded database has one user at a time: stop the server "
                        "first.\n"
                    );
                return;
            }
            Bans bans(*base.database);
            exit_code = act(bans);
        };
    };
    auto* ban = cli.add_subcommand("ban", "Keep clips from coming back");
    ban->require_subcommand(1);
    auto* adding = ban->add_subcommand("add", "Ban a post's file and look, or a file by its hash");
    adding->add_option("WHAT", words->what, "A video's id, or a SHA-256")->required();
    adding->add_option("--note", words->note, "Why; shown by list");
    adding->callback(with_bans([words](Bans& bans) { return add(bans, words->what, words->note); })
    );
    ban->add_subcommand("list", "Show all bans")->callback(with_bans([](Bans& bans) {
        return list(bans);
    }));
    auto* removing = ban->add_subcommand("remove", "Lift a ban");
    removing->add_option("BAN", words->what, "Its id, as list shows it")->required();
    removing->callback(with_bans([words](Bans& bans) { return remove(bans, words->what); }));
}

}  // namespace reelshare::app
