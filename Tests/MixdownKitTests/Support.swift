import AudioFiles
import Diagnostics
import MixdownKit
import YAMLSyntax

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The repository that these tests are part of.
let repository: String = {
  var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  parts.removeLast(3)
  return parts.joined(separator: "/")
}()

let corpus = "\(repository)/Tests/MixdownKitTests/corpus"

func contents(_ path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&block, 1, block.count, file)
    if count == 0 { return bytes }
    bytes += block[..<count]
  }
}

func text(_ path: String) -> String { String(decoding: contents(path), as: UTF8.self) }

func save(_ text: String, to path: String) { save(Array(text.utf8), to: path) }

func save(_ bytes: [UInt8], to path: String) {
  guard let file = unsafe fopen(path, "wb") else { return }
  unsafe fwrite(bytes, 1, bytes.count, file)
  unsafe fclose(file)
}

func link(_ target: String, at path: String) { unsafe symlink(target, path) }

/// Names in a folder, in order; those that begin with a point only when wanted.
func names(in folder: String, hidden: Bool = false) -> [String] {
  var names: [String] = []
  guard let listing = unsafe opendir(folder) else { return [] }
  while let entry = unsafe readdir(listing) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if hidden ? name != "." && name != ".." : !name.hasPrefix(".") { names.append(name) }
  }
  unsafe closedir(listing)
  return names.sorted()
}

/// A folder that is its own project and vanishes with the object.
final class Folder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/mixdown-tests-XXXXXX".utf8CString)
    _ = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkdtemp($0) }
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    save("", to: "\(path)/.mixdown")
  }

  deinit { Folder.remove(path) }

  /// Writes a file, with the folders on its way, and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) -> String {
    let path = "\(self.path)/\(name)"
    makeFolders(of: path)
    save(text, to: path)
    return path
  }

  /// A WAV of a quiet tone.
  @discardableResult
  func wav(_ name: String, channels: Int = 2, rate: Int = 48_000, frames: Int = 24_000) throws -> String {
    let path = "\(self.path)/\(name)"
    makeFolders(of: path)
    let writer = try AudioFileWriter(
      path, .wav(.integer16), sampleRate: rate, channelCount: min(channels, 2), frameCount: frames,
      tags: Tags())
    var samples: [Int32] = []
    for frame in 0..<frames {
      for _ in 0..<min(channels, 2) { samples.append(Int32((frame * 37) % 2001 - 1000)) }
    }
    try writer.write(samples.span)
    try writer.finish()
    if channels > 2 { patch(path, channels: channels) }
    return path
  }

  /// The same samples, said to be those of more channels.
  private func patch(_ path: String, channels: Int) {
    var bytes = contents(path)
    guard let start = (0..<bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == Array("fmt ".utf8) })
    else { return }
    bytes[start + 10] = UInt8(channels)
    bytes[start + 20] = UInt8(2 * channels)
    let rate = 48_000 * 2 * channels
    for index in 0..<4 { bytes[start + 16 + index] = UInt8(rate >> (8 * index) & 0xFF) }
    save(bytes, to: path)
  }

  private func makeFolders(of path: String) {
    for (index, character) in path.enumerated() where character == "/" && index > 0 {
      unsafe mkdir(String(path.prefix(index)), 0o777)
    }
  }

  static func remove(_ folder: String) {
    guard let listing = unsafe opendir(folder) else { return }
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      if unsafe unlink("\(folder)/\(name)") != 0 { remove("\(folder)/\(name)") }
    }
    unsafe closedir(listing)
    unsafe rmdir(folder)
  }
}

/// A YAML or JSON file as a reader of YAML 1.2 (core schema) takes it; `nil` when it cannot be read.
func yamlValue(_ path: String) -> JSONValue? {
  parseYAML(SourceFile(path: path, bytes: contents(path))).document.map { value($0.root) }
}

private func value(_ node: YAMLNode) -> JSONValue {
  switch node.content {
  case .mapping(let entries): .object(entries.map { JSONValue.Member($0.key, value($0.value)) })
  case .sequence(let nodes): .array(nodes.map(value))
  case .scalar(let scalar) where scalar.style == .plain: plainValue(scalar.text)
  case .scalar(let scalar): .string(scalar.text)
  }
}

/// YAML 1.2.2, 10.3.2.
private func plainValue(_ text: String) -> JSONValue {
  switch text {
  case "", "~", "null", "Null", "NULL": return .null
  case "true", "True", "TRUE": return .bool(true)
  case "false", "False", "FALSE": return .bool(false)
  default: break
  }
  let digits = text.drop { "+-".contains($0) }
  guard let first = digits.first, first.isASCII, first.isNumber || first == ".",
    text.count - digits.count <= 1,
    digits.allSatisfy({ $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) })
  else { return .string(text) }
  if let whole = Int(text) { return .integer(whole) }
  if let number = Double(text) { return .number(number) }
  return .string(text)
}
