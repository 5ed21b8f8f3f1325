#pragma once
// What reelshare doctor has found, a line each as it is found.

#include <cstdio>
#include <string>

namespace reelshare::app {

class Findings {
  public:
    void good(const std::string& what) { std::printf("  ok    %s\n", what.c_str()); }
    /// `mend`: what to do about it.
    void warn(const std::string& what, const std::string& mend) {
        std::printf("  warn  %s\n        %s\n", what.c_str(), mend.c_str());
    }
    void bad(const std::string& what, const std::string& mend) {
        ++bad_;
        std::printf("  BAD   %s\n        %s\n", what.c_str(), mend.c_str());
    }
    /// How many are bad.
    [[nodiscard]] int count() const { return bad_; }

  private:
    int bad_ = 0;
};

}  // namespace reelshare::app
