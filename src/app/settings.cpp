#include "app/settings.hpp"

#include "app/config.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fmt/format.h>

namespace reelshare::app {

namespace {

std::string row(const CLI::Option& option) {
    const std::string standard = option.get_default_str();
    return fmt::format(
        "| `{}` | `{}` | {} | {} |\n", option.get_name(), option.get_envname(),
        standard.empty() || standard == "[]" ? "none" : '`' + standard + '`',
        option.get_description()
    );
}

}  // namespace

std::string settings_page() {
    CLI::App cli;
    Config config;
    define_options(cli, config);
    std::string page =
        "# Settings\n\n"
        "A flag wins over the environment, which wins over the file named by `--config` or "
        "`REELSHARE_CONFIG` (TOML; the key is\nthe flag without its dashes, e.g. "
        "`max-upload-mb = 200`). A variable with `_FILE` after its name holds the path of a "
        "file with the\nvalue, for secrets. This page is what `reelshare settings` prints.\n\n"
        "| flag | variable | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const CLI::Option* option : cli.get_options())
        if (!option->get_envname().empty()) page += row(*option);
    return page;
}

}  // namespace reelshare::app
