/** The part of the HTTP contract that the client uses. Times are RFC 3339 strings, ids are opaque. */

export type VideoStatus = 'processing' | 'playable' | 'ready' | 'failed';

export interface Person {
  id: string;
  name: string;
  avatarUrl?: string | null;
}

export interface Video {
  id: string;
  title: string;
  description: string | null;
  status: VideoStatus;
  /** Why it failed, as a sentence for the uploader. */
  failure?: string | null;
  videoUrl: string | null;
  hlsUrl: string | null;
  thumbnail: string | null;
  /** A CSS colour to paint until the poster is there. */
  placeholder: string | null;
  uploaderId: string;
  uploader: Person | null;
  viewCount: number;
  likeCount: number;
  duration: number | null;
  width: number | null;
  height: number | null;
  createdAt: string;
  /** Only in the answer for one clip. */
  isLiked?: boolean;
}

export interface VideoPage {
  meta: { limit: number; nextCursor?: string | null };
  data: Video[];
}

export interface LikeResult {
  videoId: string;
  likeCount: number;
  isLiked: boolean;
}

export interface Account {
  id: string;
  name: string;
  email: string;
}

export interface FieldError {
  path: string;
  message: string;
}

export interface Success<T> {
  success: true;
  message: string;
  data: T;
}

export interface Failure {
  success: false;
  message: string;
  errorMessages?: FieldError[];
  code?: string;
  requestId?: string;
}
