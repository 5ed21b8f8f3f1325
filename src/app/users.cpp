#include "app/users.hpp"

#include "accounts/accounts.hpp"
#include "accounts/administration.hpp"
#include "accounts/fields.hpp"
#include "accounts/password_rules.hpp"
#include "app/foundation.hpp"
#include "app/secrets.hpp"
#include "cache/near_cache.hpp"
#include "moderation/moderation.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <utility>
#include <vector>

namespace reelshare::app {

namespace {

/// What these commands work with. Nothing of it serves.
struct Desk {
    Desk(Foundation& opened, const std::vector<std::string>& secrets)
        : base(opened),
          near_cache({.max_bytes = 0}, base.metrics),
          accounts(*base.database, passwords, *base.bus, secrets, accounts::AccountsOptions{}),
          words(*base.database, near_cache, *base.bus),
          videos(*base.database, near_cache, *base.bus, ""),
          comments(*base.database, near_cache, *base.bus, videos),
          moderation(*base.database, near_cache, *base.bus, accounts, videos, comments, words) {}

    /// An order of the operator.
    static moderation::Order order(std::string user_id) {
        return {.actor = {}, .subject = std::move(user_id), .reason = "at the command line"};
    }

    Foundation& base;
    cache::NearCache near_cache;  // Nothing is read here.
    accounts::Passwords passwords;
    accounts::Accounts accounts;
    words::Words words;
    videos::Videos videos;
    comments::Comments comments;
    moderation::Moderation moderation;
};

using Work = std::function<Task<Result<void>>(Desk&)>;

int run_with_desk(const Config& config, const Work& work) {
    Config quiet = config;
    quiet.log_level = "error";
    Foundation base(quiet);
    if (auto opened = base.open(); !opened) {
        if (opened.error().code != Errc::conflict) return refuse(opened.error());
        return refuse(
            {.code = Errc::conflict,
             .message = opened.error().message +
                        " The embedded database has one user at a time: stop the server first."}
        );
    }
    const auto secrets = token_secrets(config, *base.database);
    if (!secrets) return refuse(secrets.error());
    Desk desk(base, *secrets);
    const auto done = run_now(work(desk));
    return done ? 0 : refuse(done.error());
}

Task<Result<std::string>> id_of(Desk& desk, std::string email) {
    auto found = co_await desk.base.database->query(
        "SELECT id FROM users WHERE email = $1", {accounts::lower_case(email)}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return fail(Errc::not_found, "There is no user " + email + ".");
    co_return found->front().text(0);
}

/// From standard input, so that it is in no list of processes and no shell's history.
std::string read_password() {
    termios before{};
    const bool terminal = ::isatty(STDIN_FILENO) && ::tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        std::fprintf(stderr, "Password: ");
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    std::string password;
    std::getline(std::cin, password);
    if (terminal) {
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::fprintf(stderr, "\n");
    }
    if (password.ends_with('\r')) password.pop_back();
    return password;
}

Result<accounts::Registration> read_registration(const UserCommand& command) {
    accounts::Registration made{
        .name = command.name,
        .email = accounts::lower_case(command.email),
        .password = {},
        .contact = std::nullopt
    };
    if (!accounts::looks_like_email(made.email))
        return fail(Errc::invalid, "That is no e-mail address: " + command.email);
    const auto length = utf8_length(made.name);
    if (!length || *length < 3 || *length > 40)
        return fail(Errc::invalid, "A name has 3 to 40 characters.");
    made.password = read_password();
    const auto characters = utf8_length(made.password);
    if (!characters || *characters < accounts::kMinPassword || *characters > accounts::kMaxPassword)
        return fail(Errc::invalid, "A password has 8 to 256 characters.");
    if (auto fault = accounts::password_fault(made.password, {made.name, made.email}))
        return fail(Errc::invalid, std::move(*fault));
    return made;
}

int add(const Config& config, const UserCommand& command) {
    auto registration = read_registration(command);
    if (!registration) return refuse(registration.error());
    return run_with_desk(config, [&](Desk& desk) -> Task<Result<void>> {
        auto user = co_await desk.accounts.register_user(std::move(*registration));
        if (!user) co_return std::unexpected(user.error());
        const auto role = accounts::parse_role(command.role).value_or(accounts::Role::user);
        auto set = co_await desk.moderation.give_role(Desk::order(user->id), role);
        if (set) std::printf("%s is %s.\n", user->email.c_str(), command.role.c_str());
        co_return set;
    });
}

int set_role(const Config& config, const UserCommand& command) {
    return run_with_desk(config, [&](Desk& desk) -> Task<Result<void>> {
        auto id = co_await id_of(desk, command.email);
        if (!id) co_return std::unexpected(id.error());
        const auto role = accounts::parse_role(command.role).value_or(accounts::Role::user);
        auto set = co_await desk.moderation.give_role(Desk::order(*id), role);
        if (set) std::printf("%s is %s.\n", command.email.c_str(), command.role.c_str());
        co_return set;
    });
}

int set_suspended(const Config& config, const UserCommand& command, bool suspended) {
    return run_with_desk(config, [&, suspended](Desk& desk) -> Task<Result<void>> {
        auto id = co_await id_of(desk, command.email);
        if (!id) co_return std::unexpected(id.error());
        auto set = co_await desk.moderation.ban_user(Desk::order(*id), suspended);
        if (set)
            std::printf("%s is %s.\n", command.email.c_str(), suspended ? "suspended" : "restored");
        co_return set;
    });
}

int list(const Config& config) {
    return run_with_desk(config, [](Desk& desk) -> Task<Result<void>> {
        std::string after;
        for (;;) {
            auto rows = co_await desk.base.database->query(
                "SELECT id, email, name, role, suspended_at FROM users WHERE id > $1 "
                "ORDER BY id LIMIT 500",
                {after}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return Result<void>();
            for (const db::Row& row : *rows) {
                after = row.text(0);
                std::printf(
                    "%s  %-9s  %-9s  %s  %s\n", row.text(0).c_str(), row.text(3).c_str(),
                    row.is_null(4) ? "" : "suspended", row.text(1).c_str(), row.text(2).c_str()
                );
            }
        }
    });
}

}  // namespace

void define_user_commands(
    CLI::App& cli, const Config& config, UserCommand& command, int& exit_code
) {
    auto* user = cli.add_subcommand("user", "Accounts: the first admin, roles, suspensions");
    user->require_subcommand(1);
    const auto define = [&](const char* name, const char* help, auto run) {
        auto* made = user->add_subcommand(name, help);
        made->callback([&exit_code, run] { exit_code = run(); });
        return made;
    };
    const auto roles = CLI::IsMember({"user", "moderator", "admin"});
    auto* make = define("add", "Make a user; the password is read from standard input", [&] {
        return add(config, command);
    });
    make->add_option("--email", command.email, "Their e-mail address")->required();
    make->add_option("--name", command.name, "Their name, as others see it")->required();
    make->add_option("--role", command.role, "user, moderator or admin")->check(roles);
    auto* role = define("role", "Give a role", [&] { return set_role(config, command); });
    role->add_option("EMAIL", command.email)->required();
    role->add_option("ROLE", command.role, "user, moderator or admin")->required()->check(roles);
    auto* suspend =
        define("suspend", "Ban a user: no log-in, and their clips and comments are gone", [&] {
            return set_suspended(config, command, true);
        });
    suspend->add_option("EMAIL", command.email)->required();
    auto* restore =
        define("restore", "Take a ban back", [&] { return set_suspended(config, command, false); });
    restore->add_option("EMAIL", command.email)->required();
    define("list", "All users with their roles", [&] { return list(config); });
}

}  // namespace reelshare::app
