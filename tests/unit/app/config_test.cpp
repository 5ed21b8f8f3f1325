#include "app/config.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace reelshare::app {
namespace {

Config parsed(std::vector<std::string> arguments) {
    Config config;
    CLI::App cli;
    define_options(cli, config);
    parse_options(cli, std::move(arguments));
    return config;
}

class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }

  private:
    const char* name_;
};

TEST(Config, AFlagBeatsTheEnvironmentWhichBeatsTheFile) {
    const auto file = std::filesystem::temp_directory_path() / "reelshare-config-test.toml";
    std::ofstream(file) << "port = 1111\nmax-upload-mb = 7\ncors-origins = [\"https://a.example\", "
                           "\"https://b.example\"]\n";
    const std::string flag = "--config=" + file.string();
    EXPECT_EQ(parsed({flag}).port, 1111);
    EXPECT_EQ(parsed({flag}).max_upload_mb, 7u);
    EXPECT_EQ(parsed({flag}).cors_origins.size(), 2u);
    const Variable port("PORT", "2222");
    EXPECT_EQ(parsed({flag}).port, 2222);
    EXPECT_EQ(parsed({flag, "--port=3333"}).port, 3333);
    std::filesystem::remove(file);
}

TEST(Config, ASecretMayComeFromAFile) {
    const auto file = std::filesystem::temp_directory_path() / "reelshare-secret-test";
    std::ofstream(file) << "0123456789abcdef0123456789abcdef\n";
    const Variable path("JWT_SECRET_FILE", file.c_str());
    EXPECT_EQ(parsed({}).jwt_secret, "0123456789abcdef0123456789abcdef");
    {
        const Variable plain("JWT_SECRET", "the variable itself wins over it");
        EXPECT_EQ(parsed({}).jwt_secret, "the variable itself wins over it");
    }
    std::filesystem::remove(file);
    EXPECT_THROW(parsed({}), CLI::ParseError);
}

TEST(Config, ReadsTheFileAgain) {
    const auto file = std::filesystem::temp_directory_path() / "reelshare-again-test.toml";
    const std::vector<std::string> arguments{"serve", "--config=" + file.string(), "--port=1"};
    Config config;
    config.arguments = arguments;
    std::ofstream(file) << "log-level = \"warn\"\nport = 2\n";
    ASSERT_TRUE(read_again(config));
    EXPECT_EQ(read_again(config)->log_level, "warn");
    EXPECT_EQ(read_again(config)->port, 1);
    std::ofstream(file) << "log-level = \"loud\"\n";
    EXPECT_FALSE(read_again(config));
    std::filesystem::remove(file);
}

TEST(Config, ListsAreSplitAtCommas) {
    const Variable proxies("TRUSTED_PROXIES", "10.0.0.0/8,192.168.0.0/16");
    EXPECT_EQ(
        parsed({}).trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "192.168.0.0/16"})
    );
}

TEST(Config, RefusesWhatCannotBe) {
    for (const char* flag :
         {"--port=70000", "--port=x", "--log-level=loud", "--threads=-1", "--max-upload-mb=0",
          "--rate-limit=maybe", "--no-such-option=1"})
        EXPECT_THROW(parsed({flag}), CLI::ParseError) << flag;
}

TEST(Config, NamesItsFaults) {
    EXPECT_TRUE(Config().faults().empty());
    EXPECT_EQ(parsed({"--jwt-secret=short"}).faults().size(), 1u);
    EXPECT_EQ(parsed({"--public-url=example.org"}).faults().size(), 1u);
}

TEST(Config, AlwaysHasAWorkerUnlessTurnedOff) {
    EXPECT_GE(Config().worker_count(), 1u);
    EXPECT_EQ(parsed({"--workers=0"}).worker_count(), 0u);
    EXPECT_GE(Config().event_loops(), 1u);
}

TEST(Config, ABucketNeedsItsKeys) {
    EXPECT_FALSE(parsed({"--s3-bucket=clips"}).faults().empty());
    const std::vector<std::string> keys{"--s3-access-key=a", "--s3-secret-key=b"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.end(), keys.begin(), keys.end());
        return parsed(more);
    };
    EXPECT_TRUE(with({"--s3-bucket=clips/some"}).faults().empty());
    EXPECT_FALSE(with({"--s3-bucket=No Bucket"}).faults().empty());
    EXPECT_FALSE(with({"--s3-bucket=clips", "--s3-endpoint=minio:9000"}).faults().empty());
    EXPECT_FALSE(with({"--s3-bucket=clips", "--media-base-url=cdn"}).faults().empty());
    EXPECT_FALSE(parsed({"--media-base-url=https://cdn.example.org"}).faults().empty());
    EXPECT_TRUE(parsed(keys).faults().empty()) << "keys alone mean nothing";
}

TEST(Config, ABucketIsInThePathOfAnEndpointOfOnesOwn) {
    const auto options = [](std::vector<std::string> more) {
        more.emplace_back("--s3-bucket=clips/some");
        return parsed(more).s3_options();
    };
    const auto amazon = options({"--s3-region=eu-central-1"});
    EXPECT_EQ(amazon.endpoint, "https://s3.eu-central-1.amazonaws.com");
    EXPECT_FALSE(amazon.path_style);
    EXPECT_EQ(amazon.bucket, "clips");
    EXPECT_EQ(amazon.prefix, "some/");
    const auto own = options({"--s3-endpoint=http://minio:9000/"});
    EXPECT_EQ(own.endpoint, "http://minio:9000");
    EXPECT_EQ(own.region, "us-east-1");
    EXPECT_TRUE(own.path_style);
    EXPECT_FALSE(options({"--s3-endpoint=http://minio:9000", "--s3-path-style=off"}).path_style);
}

}  // namespace
}  // namespace reelshare::app
