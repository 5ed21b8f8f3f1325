#pragma once
// A real PostgreSQL for the tests of one program: started when the first of them asks, ended with
// the program.

#include <string>

namespace reelshare {

/// Throws where none can be started.
class PostgresServer {
  public:
    static PostgresServer& get();

    /// The address of a new, empty database.
    std::string new_database();
    /// Runs SQL as the administrator; the first value of the answer.
    std::string sql(const std::string& text);
    [[nodiscard]] int port() const { return port_; }

    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

  private:
    PostgresServer();
    ~PostgresServer();
    [[nodiscard]] std::string address(const std::string& database) const;

    std::string folder_;
    int port_ = 0;
    int process_ = -1;
    int databases_ = 0;
};

}  // namespace reelshare
