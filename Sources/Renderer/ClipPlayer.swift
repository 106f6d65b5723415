import DSP
import RenderPlan

/// A clip at work: opens its stem when it begins and lets go of it when it has ended.
///
/// What it plays at a frame depends on that frame alone, so that a render may begin anywhere.
final class ClipPlayer {
  let clip: RenderPlan.Clip
  private let open: @Sendable (RenderPlan.Stem) throws -> any StemReader
  private var stem: (any StemReader)?

  init(_ clip: RenderPlan.Clip, open: @escaping @Sendable (RenderPlan.Stem) throws -> any StemReader) {
    self.clip = clip
    self.open = open
  }

  /// The part of `frames` of the song that the clip sounds in; nothing sounds before the start.
  func overlap(_ frames: Range<Int>) -> Range<Int> {
    let first = max(frames.lowerBound, clip.start, 0)
    return first..<max(first, min(frames.upperBound, clip.start + clip.length))
  }

  /// Fills `buffer` with the clip's frames `range` of the song, the first at index 0.
  func play(_ range: Range<Int>, into buffer: FrameBuffer, at place: Int) throws {
    let stem = try stem ?? open(clip.stem)
    self.stem = stem
    let first = range.lowerBound - clip.start
    var done = 0
    while done < range.count {
      let inRegion = (first + done) % clip.region.count
      let count = min(range.count - done, clip.region.count - inRegion)
      let start =
        clip.isReversed ? clip.region.upperBound - inRegion - count : clip.region.lowerBound + inRegion
      try buffer.edit(place + done..<place + done + count) { frames in
        try stem.read(into: &frames, from: start)
        if clip.isReversed { reverse(&frames) }
      }
      done += count
    }
    if !clip.isPlain { buffer.edit(place..<place + range.count) { shape(&$0, from: first) } }
    if range.upperBound >= clip.start + clip.length { self.stem = nil }
  }

  private func reverse(_ frames: inout MutableSpan<Frame>) {
    var (low, high) = (0, frames.count - 1)
    while low < high {
      (frames[low], frames[high]) = (frames[high], frames[low])
      low += 1
      high -= 1
    }
  }

  /// Gain and fades; the first of `frames` is frame `first` of the clip.
  private func shape(_ frames: inout MutableSpan<Frame>, from first: Int) {
    MixMatrix(gain: clip.gain).apply(to: &frames)
    clip.fadeIn.applyIn(to: &frames, from: first)
    clip.fadeOut.applyOut(to: &frames, from: first - (clip.length - clip.fadeOut.length))
  }
}
