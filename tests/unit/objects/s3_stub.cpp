#include "objects/s3_stub.hpp"

#include "objects/checksums.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cstdlib>

namespace reelshare::objects {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr const char* kDate = "Wed, 12 Oct 2022 17:50:00 GMT";
constexpr const char* kIsoDate = "2022-10-12T17:50:00.000Z";
const std::string kBucket = "/bucket";

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

}  // namespace

struct S3Stub::Asked {
    std::string method{};
    std::string key{};  ///< "": the bucket.
    std::string query_text{};
    std::map<std::string, std::string> query{};
    std::string range{};
    std::string if_match{};
    std::string copy_source{};
    std::string body{};
};

struct S3Stub::Answer {
    int status = 200;
    std::string body{};
    std::map<std::string, std::string> headers{};
    std::size_t length = 0;  ///< Of a HEAD.
};

S3Stub::S3Stub() : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    acceptor_thread_ = std::thread([this] { accept(); });
}

S3Stub::~S3Stub() {
    ending_ = true;
    boost::system::error_code ec;
    // The accept that waits is woken by a connection.
    tcp::socket waker(context_);
    waker.connect(acceptor_.local_endpoint(), ec);
    acceptor_thread_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const auto& socket : sockets_) socket->shutdown(tcp::socket::shutdown_both, ec);
    }
    for (std::thread& thread : threads_) thread.join();
}

std::string S3Stub::endpoint() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void S3Stub::order(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
}

int S3Stub::asked(const std::string& beginning) const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count_if(asked_, [&](const std::string& one) {
        return one.starts_with(beginning);
    }));
}

std::size_t S3Stub::unfinished() const {
    const std::lock_guard lock(mutex_);
    return uploads_.size();
}

std::map<std::string, std::string> S3Stub::objects() const {
    const std::lock_guard lock(mutex_);
    return objects_;
}

void S3Stub::begin_upload(const std::string& key) {
    const std::lock_guard lock(mutex_);
    uploads_["u" + std::to_string(next_upload_++)].key = key;
}

void S3Stub::accept() {
    for (;;) {
        auto socket = std::make_shared<tcp::socket>(context_);
        boost::system::error_code ec;
        acceptor_.accept(*socket, ec);
        if (ec || ending_) return;
        ++accepted_;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void S3Stub::serve(std::shared_ptr<tcp::socket> socket) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code ec;
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(64u << 20);
        http::read_header(*socket, buffer, parser, ec);
        if (ec) return;
        if (parser.get()[http::field::expect] == "100-continue") {
            http::response<http::empty_body> go_on(http::status::continue_, 11);
            http::write(*socket, go_on, ec);
        }
        http::read(*socket, buffer, parser, ec);
        if (ec) return;
        const auto& request = parser.get();
        const std::string target(request.target());
        Asked asked{.method = std::string(request.method_string())};
        const auto mark = target.find('?');
        const std::string path = target.substr(0, mark);
        if (path.size() > kBucket.size()) asked.key = path.substr(kBucket.size() + 1);
        if (mark != std::string::npos) asked.query_text = target.substr(mark + 1);
        for (const auto& one : boost::urls::url_view(target).params())
            asked.query[one.key] = one.value;
        asked.range = request[http::field::range];
        asked.if_match = request[http::field::if_match];
        asked.copy_source = request["x-amz-copy-source"];
        asked.body = request.body();
        largest_body_ = std::max(largest_body_.load(), asked.body.size());
        const auto fault = take_fault(asked);
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(asked.method + ' ' + target);
        }
        using Kind = Fault::Kind;
        if (fault && fault->kind == Kind::reset) break;
        if (fault && fault->kind == Kind::stall) {
            char nothing = 0;
            (void)socket->read_some(asio::buffer(&nothing, 1), ec);
            break;
        }
        Answer answer;
        if (fault && fault->kind == Kind::status)
            answer = {.status = fault->status, .body = "<Error><Code>SlowDown</Code></Error>"};
        else
            answer = this->answer(asked);
        if (fault && fault->kind == Kind::lost) break;
        if (fault && fault->kind == Kind::wrong_etag)
            answer.headers["ETag"] = quoted(std::string(32, 'a'));
        http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
        for (const auto& [name, value] : answer.headers) response.set(name, value);
        response.keep_alive(true);
        const std::size_t length = asked.method == "HEAD" ? answer.length : answer.body.size();
        response.content_length(length);
        if (asked.method != "HEAD") response.body() = answer.body;
        if (fault && fault->kind == Kind::half) response.body().resize(length / 2);
        http::response_serializer<http::string_body> serializer(response);
        if (asked.method == "HEAD")
            http::write_header(*socket, serializer, ec);
        else
            http::write(*socket, serializer, ec);
        if (ec || (fault && fault->kind == Kind::half)) break;
    }
    socket->shutdown(tcp::socket::shutdown_both, ec);
}

std::unique_ptr<S3Stub::Fault> S3Stub::take_fault(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    for (auto it = faults_.begin(); it != faults_.end(); ++it) {
        if (!it->method.empty() && it->method != asked.method) continue;
        if (asked.query_text.find(it->query) == std::string::npos) continue;
        auto fault = std::make_unique<Fault>(*it);
        if (--it->times == 0) faults_.erase(it);
        return fault;
    }
    return nullptr;
}

S3Stub::Answer S3Stub::answer(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    if (asked.key.empty()) return answer_bucket(asked);
    if (asked.query.contains("uploadId") || asked.query.contains("uploads"))
        return answer_upload(asked);
    return answer_object(asked);
}

S3Stub::Answer S3Stub::answer_bucket(const Asked& asked) {
    if (asked.method == "HEAD") return {};
    if (asked.query.contains("list-type")) return {.body = list(asked)};
    if (asked.query.contains("uploads")) return {.body = list_uploads()};
    if (asked.query.contains("delete")) {
        std::string rest = asked.body;
        for (auto from = rest.find("<Key>"); from != std::string::npos; from = rest.find("<Key>")) {
            rest = rest.substr(from + 5);
            objects_.erase(rest.substr(0, rest.find('<')));
        }
        return {.body = "<DeleteResult/>"};
    }
    return {.status = 400};
}

S3Stub::Answer S3Stub::answer_upload(const Asked& asked) {
    if (asked.query.contains("uploads")) {
        const std::string id = "u" + std::to_string(next_upload_++);
        uploads_[id].key = asked.key;
        return {
            .body = "<InitiateMultipartUploadResult><UploadId>" + id +
                    "</UploadId></InitiateMultipartUploadResult>"
        };
    }
    const auto upload = uploads_.find(asked.query.at("uploadId"));
    if (upload == uploads_.end())
        return {.status = 404, .body = "<Error><Code>NoSuchUpload</Code></Error>"};
    if (asked.method == "DELETE") {
        uploads_.erase(upload);
        return {.status = 204};
    }
    if (!asked.copy_source.empty()) {
        const auto from = objects_.find(asked.copy_source.substr(kBucket.size() + 1));
        if (from == objects_.end())
            return {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"};
        upload->second.parts[std::atoi(asked.query.at("partNumber").c_str())] = from->second;
        return {
            .body = "<CopyPartResult><ETag>" + quoted(sums_of(from->second).md5) +
                    "</ETag></CopyPartResult>"
        };
    }
    if (asked.method == "PUT") {
        upload->second.parts[std::atoi(asked.query.at("partNumber").c_str())] = asked.body;
        return {.headers = {{"ETag", quoted(sums_of(asked.body).md5)}}};
    }
    std::string whole;
    for (const auto& [number, part] : upload->second.parts) whole += part;
    objects_[asked.key] = whole;
    uploads_.erase(upload);
    return {.body = "<CompleteMultipartUploadResult/>"};
}

S3Stub::Answer S3Stub::answer_object(const Asked& asked) {
    if (asked.method == "PUT") {
        objects_[asked.key] = asked.body;
        return {.headers = {{"ETag", quoted(sums_of(asked.body).md5)}}};
    }
    if (asked.method == "DELETE") {
        objects_.erase(asked.key);
        return {.status = 204};
    }
    const auto object = objects_.find(asked.key);
    if (object == objects_.end())
        return {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"};
    const std::string etag = quoted(sums_of(object->second).md5);
    if (!asked.if_match.empty() && asked.if_match != etag) return {.status = 412};
    Answer answer{
        .body = object->second,
        .headers = {{"ETag", etag}, {"Last-Modified", kDate}},
        .length = object->second.size()
    };
    if (!asked.range.empty()) {
        std::size_t from = 0;
        std::size_t to = 0;
        if (std::sscanf(asked.range.c_str(), "bytes=%zu-%zu", &from, &to) == 2) {
            answer.status = 206;
            answer.body = object->second.substr(from, to - from + 1);
        }
    }
    return answer;
}

std::string S3Stub::list(const Asked& asked) const {
    const auto value = [&](const char* name) {
        const auto found = asked.query.find(name);
        return found == asked.query.end() ? std::string() : found->second;
    };
    const int most = std::atoi(value("max-keys").c_str());
    std::string text;
    int count = 0;
    bool more = false;
    for (const auto& [key, bytes] : objects_) {
        if (!key.starts_with(value("prefix")) || key <= value("start-after")) continue;
        if (count == most) {
            more = true;
            break;
        }
        ++count;
        text += "<Contents><Key>" + key + "</Key><Size>" + std::to_string(bytes.size()) +
                "</Size><LastModified>" + kIsoDate + "</LastModified></Contents>";
    }
    return std::string("<ListBucketResult><IsTruncated>") + (more ? "true" : "false") +
           "</IsTruncated>" + text + "</ListBucketResult>";
}

std::string S3Stub::list_uploads() const {
    std::string text;
    for (const auto& [id, upload] : uploads_)
        text += "<Upload><Key>" + upload.key + "</Key><UploadId>" + id + "</UploadId><Initiated>" +
                kIsoDate + "</Initiated></Upload>";
    return "<ListMultipartUploadsResult>" + text + "</ListMultipartUploadsResult>";
}

}  // namespace reelshare::objects
