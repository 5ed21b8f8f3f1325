// The command line: which command, with which settings.

#include "app/ban.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/old_names.hpp"
#include "app/settings.hpp"
#include "app/users.hpp"
#include "app/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <malloc.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace app = reelshare::app;

int main(int argc, char** argv) {
    // Two heaps for all threads instead of eight per core: the idle server is a third smaller and
    // nothing measured is slower.
    mallopt(M_ARENA_MAX, 2);

    CLI::App cli{"ReelShare: a self-hosted short-video platform"};
    cli.fallthrough();
    cli.require_subcommand(1);
    app::Config config;
    app::define_options(cli, config);

    int exit_code = 0;
    auto command = [&](const char* name, const char* help, auto run) {
        return cli.add_subcommand(name, help)->callback([&exit_code, &config, run] {
            for (const std::string& fault : config.faults())
                std::fprintf(stderr, "reelshare: %s\n", fault.c_str());
            exit_code = config.faults().empty() ? run(config) : 2;
        });
    };
    command("serve", "Serve the web client and the API, and work through uploads", app::serve);
    command("worker", "Work through uploads without serving", app::work);
    command("migrate", "Bring the database to this version's schema", app::migrate);
    command("doctor", "Check folders, codecs and dependencies", app::doctor);
    command("health", "Ask the process on this machine whether it is ready", app::health);
    std::filesystem::path file;
    std::filesystem::path folder;
    bool with_report = false;
    auto* transcode = command(
        "transcode", "Make renditions, playlists and posters of a file",
        [&](const app::Config& settings) {
            return app::transcode(settings, file, folder, with_report);
        }
    );
    transcode->add_option("FILE", file, "The clip")->required()->check(CLI::ExistingFile);
    transcode->add_option("DIR", folder, "Where the results go")->required();
    transcode->add_flag(
        "--report", with_report, "Say what every stage took and how good every rendition is"
    );
    app::UserCommand user;
    app::define_user_commands(cli, config, user, exit_code);
    bool repair = false;
    bool read = false;
    auto* fsck = command(
        "fsck", "Compare the database with the stored files",
        [&](const app::Config& settings) { return app::fsck(settings, repair, read); }
    );
    fsck->add_flag(
        "--repair", repair, "Remove what belongs to nothing, make again what is damaged"
    );
    fsck->add_flag("--read", read, "Also read every source and compare its checksum");
    app::add_ban_commands(cli, config, exit_code);
    auto* backup = command(
        "backup", "Copy the installation, while it serves",
        [&](const app::Config& settings) { return app::backup(settings, folder); }
    );
    backup->add_option("DIR", folder, "A new folder for the copy")->required();
    auto* restore = command(
        "restore", "Make the installation that a backup is a copy of",
        [&](const app::Config& settings) { return app::restore(settings, folder); }
    );
    restore->add_option("DIR", folder, "The backup")->required()->check(CLI::ExistingDirectory);
    std::string to_database;
    std::string to_objects;
    auto* copy = command(
        "copy", "Copy an installation in one data folder into PostgreSQL and S3",
        [&](const app::Config& settings) { return app::copy(settings, to_database, to_objects); }
    );
    copy->add_option("--to-database", to_database, "An empty database, as in DATABASE_URL")
        ->required();
    copy->add_option("--to-objects", to_objects, "An empty bucket: s3://bucket[/prefix]")
        ->required();
    app::ImportCommand import;
    auto* import_reelserver = command(
        "import-reelserver", "Bring what a ReelServer has: people, clips, likes, comments, follows",
        [&](const app::Config& settings) { return app::import_reelserver(settings, import); }
    );
    import_reelserver
        ->add_option("DATABASE_URL", import.database, "Its database, as its settings name it")
        ->envname("REELSERVER_DATABASE_URL")
        ->required();
    import_reelserver->add_option(
        "--media", import.media,
        "Where its files are, if not where its rows say: http(s)://host, s3://bucket or a folder"
    );
    import_reelserver->add_flag(
        "--allow-private", import.allow_private, "Fetch from addresses of inner networks too"
    );
    cli.add_subcommand("settings", "Print all settings as a page in Markdown")->callback([] {
        std::fputs(app::settings_page().c_str(), stdout);
    });
    cli.add_subcommand("version", "Print the version")->callback([] {
        std::printf(
            "reelshare %.*s\n", static_cast<int>(app::kVersion.size()), app::kVersion.data()
        );
    });

    app::take_old_names();
    config.arguments.assign(argv + 1, argv + argc);
    try {
        app::parse_options(cli, config.arguments);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error);
    }
    return exit_code;
}
