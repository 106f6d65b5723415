import DSP
import Platform
public import Processors
import Quantities

/// What a result depends on, as a hash: results with equal fingerprints are equal, bit for bit.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// 64 hexadecimal digits.
  public let text: String
  public var description: String { text }
}

/// Takes in values of any kind, and makes a fingerprint of them.
///
/// A value is taken in by its stored parts, names and all, so that a field which is added later counts by itself.
/// Numbers count by their bits, musical times by the seconds that they last.
public struct FingerprintBuilder {
  private var hash = SHA256()
  private var bytes: [UInt8] = []
  private let context: ProcessorContext
  /// Whether all that was taken in counts.
  public private(set) var isWhole = true

  public init(_ context: ProcessorContext) { self.context = context }

  public var fingerprint: Fingerprint {
    var hash = hash
    hash.update(bytes.span)
    return Fingerprint(text: hash.text)
  }

  /// Takes in `value` under a name.
  public mutating func add(_ name: String, _ value: Any?) {
    write(name)
    add(value as Any)
  }

  private mutating func add(_ value: Any) {
    switch value {
    case let value as Double: write(1, value.bitPattern)
    case let value as Bool: write(2, value ? 1 : 0)
    case let value as any FixedWidthInteger: write(3, UInt64(truncatingIfNeeded: value))
    case let value as String: write(value)
    case let value as Frame: write(4, value.x.bitPattern, value.y.bitPattern)
    case let value as Fingerprint: write(value.text)
    case let value as TimeSpan:
      // Whole samples are samples at any rate.
      if case .samples(let count) = value {
        write(5, UInt64(truncatingIfNeeded: count))
      } else {
        write(6, context.seconds(value).bitPattern)
      }
    case let value as Insert: add(value)
    case let value as any RawRepresentable: add(value.rawValue)
    default: addParts(of: value)
    }
  }

  /// Its settings count, and what is done with them; where it stood among others is said by the order.
  private mutating func add(_ insert: Insert) {
    add("type", insert.type)
    add("bypass", insert.bypass)
    guard !insert.bypass else { return }
    add("mix", insert.mix)
    add("channels", insert.channels)
    add("settings", insert.ownSettings)
  }

  private mutating func addParts(of value: Any) {
    let mirror = Mirror(reflecting: value)
    let parts = Array(mirror.children)
    switch mirror.displayStyle {
    case .optional:
      write(7, UInt64(parts.count))
      for part in parts { add(part.value) }
    case .collection:
      write(8, UInt64(parts.count))
      for part in parts { add(part.value) }
    case .set, .dictionary:
      // Their order is not that of their values.
      write(9, UInt64(parts.count))
      var hashes: [String] = []
      for part in parts {
        var builder = FingerprintBuilder(context)
        builder.add(part.value)
        hashes.append(builder.fingerprint.text)
        if !builder.isWhole { isWhole = false }
      }
      for hash in hashes.sorted(by: inByteOrder) { write(hash) }
    case .enum where parts.isEmpty: write("\(value)")
    // What describes itself, as ranges do, has no style.
    case .struct, .tuple, .enum,
      nil where !parts.isEmpty || mirror.displayStyle != nil:
      write(10, UInt64(parts.count))
      for part in parts {
        write(part.label ?? "")
        add(part.value)
      }
    default:
      // A function, or an object: nothing tells two of them apart.
      isWhole = false
    }
  }

  private mutating func write(_ text: String) {
    write(0, UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func write(_ kind: UInt8, _ values: UInt64...) {
    bytes.append(kind)
    for value in values {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
  }
}

extension RenderPlan {
  /// The fingerprint of each node: of its stems' contents, its settings, and all that it hears.
  ///
  /// A plan is made of plain values alone. Should a node ever hold something else, it is like no other.
  /// - Parameter contents: a hash of the bytes of each stem's file.
  public func fingerprints(_ contents: [String: String]) -> [Fingerprint] {
    var made: [Fingerprint] = []
    for node in nodes {
      var builder = FingerprintBuilder(context)
      builder.add("rate", sampleRate)
      builder.add("clips", node.clips.map { clip in fingerprint(of: clip, contents) })
      builder.add("inputs", node.inputs.map { made[$0.from] })
      builder.add("connections", node.inputs.map(Through.init))
      builder.add("arrival", node.arrivalFrames)
      builder.add("trim", node.trim)
      builder.add("trim lane", node.trimLane)
      builder.add("shift", node.shift)
      builder.add("mono", node.isMono)
      builder.add("keys", node.inserts.map { $0.key.map { made[$0.from] } })
      for insert in node.inserts {
        builder.add("insert", insert.insert)
        if insert.insert.bypass { continue }
        builder.add("automation", insert.automation)
        builder.add("spread", insert.spread)
        builder.add("key", insert.key.map { KeyPath(matrix: $0.matrix, delay: $0.delayFrames) })
      }
      if !builder.isWhole { builder.add("unknown", UInt64.random(in: 0...UInt64.max)) }
      made.append(builder.fingerprint)
    }
    return made
  }

  private func fingerprint(of clip: Clip, _ contents: [String: String]) -> Fingerprint {
    var clip = clip
    var builder = FingerprintBuilder(context)
    builder.add("content", contents[clip.stem.path])
    clip.id = ""
    clip.stem.path = ""
    builder.add("clip", clip)
    return builder.fingerprint
  }

  /// A connection, wherever it comes from.
  private struct Through {
    var matrix: MixMatrix
    var motion: Motion?
    var delay: Int

    init(_ connection: Connection) {
      matrix = connection.matrix
      motion = connection.motion
      delay = connection.delayFrames
    }
  }

  private struct KeyPath {
    var matrix: MixMatrix
    var delay: Int
  }
}
