// docs/openapi.yaml names every route that the program serves, and no other.

#include "app/features.hpp"
#include "delivery/embedded_web.hpp"
#include "delivery/web.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace reelshare::app {
namespace {

/// "/api/v1/video/:id" as the document writes it: "/api/v1/video/{id}".
std::string template_of(const std::string& pattern) {
    std::string result;
    bool in_name = false;
    for (const char c : pattern) {
        if (c == ':' || c == '*') {
            result += '{';
            in_name = true;
            continue;
        }
        if (c == '/' && in_name) {
            result += '}';
            in_name = false;
        }
        result += c;
    }
    return in_name ? result + '}' : result;
}

std::string word_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "get";
        case http::Method::head:
            return "head";
        case http::Method::post:
            return "post";
        case http::Method::put:
            return "put";
        case http::Method::patch:
            return "patch";
        case http::Method::delete_:
            return "delete";
        case http::Method::options:
            return "options";
    }
    return "?";
}

std::set<std::string> served() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "reelshare-app-XXXXXX").string();
    Config config;
    config.data_dir = ::mkdtemp(pattern.data());
    config.log_level = "off";
    std::set<std::string> all;
    {
        Foundation base(config);
        EXPECT_TRUE(base.open());
        Features features(config, base, {std::string(32, 's')});
        for (const auto& [method, route] : features.routes().routes())
            if (route != "/*path") all.insert(word_of(method) + ' ' + template_of(route));
    }
    std::filesystem::remove_all(config.data_dir);
    return all;
}

std::set<std::string> documented() {
    const delivery::EmbeddedFile* file =
        delivery::web_file(delivery::embedded_web(), "/openapi.json");
    if (!file) return {};
    const boost::json::value document = boost::json::parse(file->identity);
    std::set<std::string> all;
    for (const auto& [path, item] : document.at("paths").as_object()) {
        for (const auto& [key, operation] : item.as_object()) {
            static const std::set<std::string_view> kMethods = {"get",   "head",   "post",   "put",
                                                                "patch", "delete", "options"};
            if (kMethods.contains(key)) all.insert(std::string(key) + ' ' + std::string(path));
        }
    }
    all.erase("get /openapi.json");  // A file of the web client.
    return all;
}

TEST(OpenApi, NamesEveryRouteAndNoOther) {
    EXPECT_EQ(served(), documented());
}

}  // namespace
}  // namespace reelshare::app
