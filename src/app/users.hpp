#pragma once
// reelshare user: accounts from the command line. It makes the first admin, whom no route can make.

#include "app/config.hpp"

#include <string>

namespace CLI {
class App;
}

namespace reelshare::app {

struct UserCommand {
    std::string email;
    std::string name;
    std::string role = "user";
};

/// Defines `user add|role|suspend|restore|list` on `cli`; the one that is called puts its exit code
/// into `exit_code`. The three references must outlive `cli`.
void define_user_commands(
    CLI::App& cli, const Config& config, UserCommand& command, int& exit_code
);

}  // namespace reelshare::app
