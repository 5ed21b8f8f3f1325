import type { components } from './contract';

/** The things of the HTTP contract by the names that the client gives them. */
type Schemas = components['schemas'];

export type Video = Schemas['Video'] & {
  /** Only in the answer for one clip. */
  isLiked?: boolean;
};
export type VideoStatus = Video['status'];
/** What is done for a clip that cannot be played yet, and what it waits for. */
export type Work = Omit<Schemas['Processing'], 'progress'>;
export type Visibility = Video['visibility'];
export type VideoChange = Schemas['VideoChange'];
export type Person = Schemas['Person'];
export type Profile = Schemas['ProfileFields'];
export type OwnProfile = Schemas['OwnProfile'];
export type Role = OwnProfile['role'];
export type Device = Schemas['Session'];
export type Follow = Schemas['Follow'];
export type ListedComment = Schemas['ListedComment'];
export type Notification = Schemas['Notification'];
export type Report = Schemas['Report'];
export type Deed = Schemas['Deed'];
export type WatchReport = Schemas['WatchReport'];
export type Statistics = Schemas['Statistics'];
export type Failure = Partial<Schemas['Failure']> & { message: string };
export type FieldError = Schemas['Failure']['errorMessages'][number];

/** A page of a list that goes on by cursor. */
export interface Page<T> {
  meta: { nextCursor?: string | null };
  data: T[];
}
