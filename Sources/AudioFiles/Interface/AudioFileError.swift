/// Why an audio file could not be read or written, in words for the person who named it.
public struct AudioFileError: Error, Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    // Inputs.
    case missing
    /// `what` it is instead: `a folder`, `a named pipe`.
    case notARegularFile(what: String)
    case unreadable(reason: String)
    case gitLFSPointer(oid: String)
    case gitAnnexPointer
    case emptyFile
    case notAudio
    case unsupported(what: String)
    case rateOutOfRange(hertz: Int)
    case channelCountOutOfRange(Int)
    case noFrames
    /// The header promises more than the file holds; `unit` is `frames` or `bytes`.
    case truncated(promised: Int, found: Int, unit: String)
    /// The file holds more than its header says; `found` is nil where nobody has counted it.
    case overlong(promised: Int, found: Int?, unit: String)
    /// What is one for a whole file changes at `frame`: `its sample rate changes from 44100 to 48000 Hz`.
    case changes(what: String, frame: Int)
    /// The last page of an Ogg file is not there.
    case endMissing
    /// The numbers of an Ogg file's pages leave some out, before `frame`.
    case pagesMissing(Int, frame: Int)
    /// The header contradicts itself, or lacks what is needed.
    case badHeader(reason: String)
    /// A checksum is wrong or the stream cannot be decoded, at `frame` or, when nil, somewhere in the file.
    case damaged(frame: Int?)
    /// A NaN or an infinity; frames count from 0, channels from 1.
    case notFinite(frame: Int, channel: Int)
    /// More than two channels, and nobody said which ones to take.
    case channelsNotPicked(count: Int)
    case noSuchChannel(Int, count: Int)
    /// A folder without a file whose ending is one of audio; `deeper`: its folders were looked into too.
    case noAudioInFolder(deeper: Bool)
    /// A cover that is no picture which every format can carry.
    case unsupportedCover(reason: String)
    // A deliverable's settings.
    case encoderRefused(reason: String, hints: [String])
    // Outputs.
    case writeFailed(reason: String)
  }

  /// Whose fault it is, as exit codes see it.
  public enum Side: Sendable {
    /// An input that cannot be used (exit 3).
    case input
    /// A setting of the session that this format cannot honour (exit 2).
    case settings
    /// A file that could not be written (exit 7).
    case output
  }

  public let kind: Kind

  /// As the caller named the file.
  public let path: String

  public init(_ kind: Kind, _ path: String) {
    self.kind = kind
    self.path = path
  }

  public var side: Side {
    switch kind {
    case .writeFailed: .output
    case .encoderRefused, .channelsNotPicked, .noSuchChannel: .settings
    default: .input
    }
  }
}

extension AudioFileError: CustomStringConvertible {
  public var description: String { message }

  /// One sentence: the fact, what was found, what is allowed.
  public var message: String {
    switch kind {
    case .missing:
      "`\(path)` does not exist"
    case .notARegularFile(let what):
      "`\(path)` is \(what), not a file"
    case .unreadable(let reason):
      "`\(path)` cannot be read: \(reason)"
    case .gitLFSPointer:
      "`\(path)` is a Git LFS pointer; the audio itself has not been pulled"
    case .gitAnnexPointer:
      "`\(path)` is a git-annex pointer; the audio itself is not here"
    case .emptyFile:
      "`\(path)` is empty (0 bytes)"
    case .notAudio:
      "`\(path)` is not an audio file: its first bytes are those of no known format"
    case .unsupported(let what):
      "`\(path)` is \(what), which cannot be read"
    case .rateOutOfRange(let hertz):
      "`\(path)` has a sample rate of \(hertz) Hz; 8 kHz to 768 kHz are allowed"
    case .channelCountOutOfRange(let count):
      "`\(path)` has \(count) channels; 1 to 64 are allowed"
    case .noFrames:
      "`\(path)` holds no audio: 0 frames"
    case .truncated(let promised, let found, let unit):
      "`\(path)` is cut short: its header promises \(promised) \(unit), the file holds \(found)"
    case .overlong(let promised, let found?, let unit):
      "`\(path)` holds more audio than it says: it promises \(promised) \(unit) and has \(found)"
    case .overlong(let promised, nil, let unit):
      "`\(path)` holds more audio than it says: it promises \(promised) \(unit) and goes on behind them"
    case .changes(let what, let frame):
      "`\(path)` cannot be read as one stream: \(what) at frame \(frame)"
    case .endMissing:
      "`\(path)` is cut short: its last page is missing"
    case .pagesMissing(let count, let frame):
      "`\(path)` lacks \(count == 1 ? "a page" : "\(count) pages") at frame \(frame)"
    case .badHeader(let reason):
      "the header of `\(path)` is broken: \(reason)"
    case .damaged(let frame?):
      "`\(path)` is damaged at frame \(frame)"
    case .damaged(nil):
      "`\(path)` is damaged: its checksum does not match its audio"
    case .notFinite(let frame, let channel):
      "`\(path)` holds a sample that is no finite number, at frame \(frame) of channel \(channel)"
    case .channelsNotPicked(let count):
      "`\(path)` has \(count) channels; a track takes one or two"
    case .noSuchChannel(let channel, let count):
      "`\(path)` has no channel \(channel); it has \(count == 1 ? "one channel" : "channels 1 to \(count)")"
    case .noAudioInFolder(let deeper):
      "`\(path)` holds no audio file\(deeper ? ", nor do its folders" : "")"
    case .unsupportedCover(let reason):
      "`\(path)` cannot be a cover: \(reason)"
    case .encoderRefused(let reason, _):
      reason
    case .writeFailed(let reason):
      "`\(path)` could not be written: \(reason)"
    }
  }

  /// What to do or to write instead, the best first.
  public var hints: [String] {
    switch kind {
    case .gitLFSPointer: ["run `git lfs pull`"]
    case .gitAnnexPointer: ["run `git annex get \(path)`"]
    case .emptyFile, .truncated, .endMissing, .pagesMissing, .damaged: ["copy or export the file again"]
    case .overlong:
      ["the program that wrote it did not finish its header; open and save it in an audio editor"]
    case .changes: ["convert it to a WAV or FLAC of one kind, or cut it in two there"]
    case .notAudio, .unsupported:
      ["WAV, RF64, AIFF, FLAC, CAF, Ogg and MP3 files can be read; convert it to WAV or FLAC"]
    case .noFrames, .notFinite: ["export the file again from the program that made it"]
    case .channelsNotPicked: ["write `channels: [1, 2]` to pick a pair, or `channels: [1]` for one"]
    case .noAudioInFolder(let deeper):
      ["files ending in \(AudioFolder.endings.map { "." + $0 }.joined(separator: ", ")) are looked for"]
        + (deeper ? [] : ["`--recursive` looks into its folders too"])
    case .unsupportedCover: ["use a PNG or JPEG of 1400 to 3000 pixels a side"]
    case .encoderRefused(_, let hints): hints
    default: []
    }
  }
}
