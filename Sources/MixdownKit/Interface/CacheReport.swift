public import Delivery
public import Diagnostics
import Platform

/// What is kept between renders, outside all projects: finished masters and their gains, and hashes of stems. All of it
/// can be made again.
public struct CacheReport: Sendable {
  public var folder: String
  public var entries: Int
  public var bytes: Int
  /// Bytes beyond which the oldest entries go.
  public var limit: Int
  /// Whether the entries were removed.
  public var isCleaned = false

  public var text: String {
    let size = "\(entries) \(entries == 1 ? "entry" : "entries"), \(plainMegabytes(bytes)) MB"
    return isCleaned
      ? "removed \(size) from \(folder)\n" : "\(folder)\n\(size) of at most \(plainMegabytes(limit)) MB\n"
  }

  public var json: JSONValue {
    [
      "version": 1, "folder": .string(folder), "entries": .integer(entries), "bytes": .integer(bytes),
      "limit_bytes": .integer(limit), "cleaned": .bool(isCleaned),
    ]
  }

  private func plainMegabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000)" }
}

extension Mixdown {
  /// The cache of this user; `nil` where there is no place for one.
  public static func cache() -> CacheReport? {
    Cache().map { cache in
      let entries = cache.entries
      return CacheReport(
        folder: cache.folder, entries: entries.count, bytes: entries.reduce(0) { $0 + $1.bytes }, limit: cache.limit)
    }
  }

  /// Removes all that the cache holds.
  /// - Returns: what was removed; `nil` where there is no place for a cache.
  public static func cleanCache() -> CacheReport? {
    Cache().map { cache in
      let removed = cache.clean()
      return CacheReport(
        folder: cache.folder, entries: removed.count, bytes: removed.bytes, limit: cache.limit, isCleaned: true)
    }
  }
}

extension RenderOptions {
  /// Has masters outlive the render in the cache of this user, where there is a place for one.
  public mutating func rememberMasters() { cache = Cache() }
}
