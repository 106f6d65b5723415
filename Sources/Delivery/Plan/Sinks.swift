import DSP
import Renderer
import SessionModel

/// Watches the mix for its last frame at or over −100 dBFS.
final class SilenceWatch: FrameSink, @unchecked Sendable {
  /// −100 dBFS as an amplitude.
  private static let threshold = 1e-5
  private var frameCount = 0
  /// Frames up to and with the last one that is heard.
  private(set) var heardFrames = 0

  func receive(_ frames: Span<Frame>) {
    for index in 0..<frames.count {
      let frame = frames[index]
      if frame.x >= Self.threshold || frame.x <= -Self.threshold || frame.y >= Self.threshold
        || frame.y <= -Self.threshold
      {
        heardFrames = frameCount + index + 1
      }
    }
    frameCount += frames.count
  }
}

/// Keeps the frames of a node, and, of what goes to a master, measures the loudness on the way.
final class MasterTake: FrameSink, @unchecked Sendable {
  let scratch: Scratch
  private var loudness: LoudnessMeter?

  init(sampleRate: Double, expectedFrames: Int, isMeasured: Bool) throws {
    scratch = try Scratch()
    if isMeasured { loudness = LoudnessMeter(sampleRate: sampleRate, expectedFrames: expectedFrames) }
  }

  var isMeasured: Bool { loudness != nil }

  func receive(_ frames: Span<Frame>) throws {
    try scratch.receive(frames)
    loudness?.process(frames)
  }

  /// Of the first `frameCount` frames, before any gain.
  func loudness(_ kind: LoudnessTarget.Kind, of frameCount: Int) -> Double? {
    let programme = loudness?.programme(of: frameCount)
    return switch kind {
    case .integrated: programme?.integrated
    case .shortTermMax: programme?.maxShortTerm
    case .momentaryMax: programme?.maxMomentary
    }
  }
}
