// docs/settings.md names every setting, with its variable, its default and its meaning.

#include "app/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace reelshare::app {
namespace {

TEST(Settings, ThePageInTheDocumentsIsWhatTheProgramPrints) {
    std::ifstream file(SETTINGS_PAGE);
    const std::string kept{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(kept, settings_page()) << "run: reelshare settings > docs/settings.md";
}

}  // namespace
}  // namespace reelshare::app
