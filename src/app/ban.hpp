#pragma once
// reelshare ban: clips that must not come back.

#include "app/config.hpp"

namespace CLI {
class App;
}

namespace reelshare::app {

/// `ban add VIDEO|HASH`, `ban list`, `ban remove BAN`. `config` and `exit_code` outlive the
/// parsing.
void add_ban_commands(CLI::App& cli, const Config& config, int& exit_code);

}  // namespace reelshare::app
