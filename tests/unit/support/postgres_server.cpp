#include "support/postgres_server.hpp"

#include "base/late_library.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace reelshare {

namespace {

namespace fs = std::filesystem;

std::string binary(const char* name) {
    std::string found;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
        const fs::path program = entry.path() / "bin" / name;
        if (fs::exists(program) && program.string() > found) found = program;
    }
    if (found.empty())
        throw std::runtime_error("PostgreSQL is not installed: script/setup does it");
    return found;
}

int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
}

/// It refuses to run as root: there it runs as the user whom Debian's package made.
std::vector<std::string> as_postgres(std::vector<std::string> command) {
    if (::geteuid() != 0) return command;
    std::vector<std::string> all{"setpriv",  "--pdeathsig", "QUIT",     "--reuid",
                                 "postgres", "--regid",     "postgres", "--init-groups"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

int start(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int process = ::fork();
    if (process != 0) return process;
    if (::chdir("/") != 0 || !std::freopen("/dev/null", "w", stdout) ||
        !std::freopen("/dev/null", "w", stderr))
        ::_exit(126);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
}

void run(const std::vector<std::string>& command) {
    int status = 0;
    ::waitpid(start(command), &status, 0);
    if (status != 0) throw std::runtime_error(command.back() + " failed");
}

}  // namespace

PostgresServer& PostgresServer::get() {
    static PostgresServer server;
    return server;
}

PostgresServer::PostgresServer() {
    std::string pattern = (fs::temp_directory_path() / "reelshare-postgres-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const std::string data = folder_ + "/data";
    if (::geteuid() == 0) run({"chown", "postgres:postgres", folder_});
    run(as_postgres(
        {binary("initdb"), "-A", "trust", "-U", "postgres", "--no-locale", "-E", "UTF8",
         "--no-sync", "-D", data}
    ));
    if (const auto loaded = load(late_libpq); !loaded)
        throw std::runtime_error(loaded.error().message);
    port_ = free_port();
    process_ = start(as_postgres(
        {binary("postgres"), "-D", data, "-p", std::to_string(port_), "-c",
         "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + data, "-c", "fsync=off"}
    ));
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (PQping(address("postgres").c_str()) != PQPING_OK) {
        if (std::chrono::steady_clock::now() > give_up)
            throw std::runtime_error("PostgreSQL does not start");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

PostgresServer::~PostgresServer() {
    ::kill(process_, SIGQUIT);
    ::waitpid(process_, nullptr, 0);
    std::error_code ec;
    fs::remove_all(folder_, ec);
}

std::string PostgresServer::address(const std::string& database) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + '/' + database;
}

std::string PostgresServer::sql(const std::string& text) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(address("postgres").c_str()), &PQfinish
    );
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), text.c_str()), &PQclear
    );
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

std::string PostgresServer::new_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    sql("CREATE DATABASE " + name);
    return address(name);
}

}  // namespace reelshare
